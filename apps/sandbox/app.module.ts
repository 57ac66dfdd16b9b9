import { Module } from '@nestjs/common';

/** The sandbox has no providers of its own: main.ts wires server and wire, Nest gives the application its life cycle. */
@Module({})
export class AppModule {}
