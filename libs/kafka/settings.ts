import type { SASLOptions } from 'kafkajs';
import type { ConnectionOptions } from 'node:tls';

/** How to reach the brokers. `ssl` and `sasl` are what kafkajs takes; they never appear in errors or logs. */
export interface KafkaSettings {
  /** `host:port` of one or more brokers. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: SASLOptions;
  /** Where a broker is really reached, for tunnels: asked with the address that the broker gives of itself. */
  readonly addressOf?: (broker: { readonly host: string; readonly port: number }) => { host: string; port: number };
  /** Time to open one connection, login included; default 5,000 ms. */
  readonly connectionTimeoutMs?: number;
  /** Time for one answer; default 30,000 ms. */
  readonly requestTimeoutMs?: number;
  /** How long an operation goes on trying while no broker answers; default 30,000 ms. */
  readonly retryTimeoutMs?: number;
}

/** The settings with every default filled in. */
export type FullKafkaSettings = Required<Omit<KafkaSettings, 'ssl' | 'sasl' | 'addressOf'>> &
  Pick<KafkaSettings, 'ssl' | 'sasl' | 'addressOf'>;

/** Fills the defaults in. */
export function fullSettings(settings: KafkaSettings): FullKafkaSettings {
  return {
    clientId: 'sluice',
    connectionTimeoutMs: 5_000,
    requestTimeoutMs: 30_000,
    retryTimeoutMs: 30_000,
    ...settings,
  };
}
