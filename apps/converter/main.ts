import { bootApp } from '#runtime';
import { AppModule } from './app.module.ts';

await bootApp({ app: 'converter', module: (context, args) => AppModule.forJob(context, args) });
