import { readFileSync } from 'node:fs';
import type { KafkaSettings as Connection } from '#kafka';
import type { KafkaSettings } from '#jobs';

/** The job file's brokers, TLS and SASL in the client's form. */
export function kafkaSettings(settings: KafkaSettings, clientId: string): Connection {
  const { brokers, tls, sasl } = settings;
  return {
    brokers,
    clientId,
    ...(tls ? { ssl: { ...file('ca', tls.ca), ...file('cert', tls.cert), ...file('key', tls.key) } } : {}),
    ...(sasl
      ? {
          sasl: {
            mechanism: sasl.mechanism,
            username: sasl.user,
            password: sasl.password.reveal(),
          } as Connection['sasl'] & object,
        }
      : {}),
  };
}

function file(name: 'ca' | 'cert' | 'key', path: string): Partial<Record<'ca' | 'cert' | 'key', string>> {
  return path === '' ? {} : { [name]: readFileSync(path, 'utf8') };
}
