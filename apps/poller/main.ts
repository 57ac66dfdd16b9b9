import { bootApp } from '#runtime';
import { AppModule } from './app.module.ts';

await bootApp({ app: 'poller', module: (context, args) => AppModule.forJob(context, args), waitsForConverter: true });
