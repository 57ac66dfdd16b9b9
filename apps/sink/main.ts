import { bootApp } from '#runtime';
import { AppModule } from './app.module.ts';

await bootApp({ app: 'sink', module: (context, args) => AppModule.forJob(context, args), waitsForConverter: true });
