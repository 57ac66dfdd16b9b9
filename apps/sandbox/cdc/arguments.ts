import type { ProcedureArgument } from '../catalog/procedure.ts';
import { SqlError, type TdsValue } from '../session.ts';

/** One parameter of a system procedure; without `default` it must be given. */
export interface ParameterSpec {
  readonly name: string;
  readonly default?: TdsValue;
}

/** Arguments bound to parameters, positional ones first as T-SQL has it. Throws 201, 8144, 8145. */
export class BoundArguments {
  private readonly values = new Map<string, TdsValue>();
  private readonly given = new Set<string>();

  constructor(procedure: string, specs: readonly ParameterSpec[], args: readonly ProcedureArgument[]) {
    if (args.length > specs.length) {
      throw new SqlError(8144, `Procedure or function ${procedure} has too many arguments specified.`);
    }
    for (const [at, argument] of args.entries()) {
      const name = argument.name === '' ? (specs[at]?.name ?? '') : argument.name.replace(/^@/, '').toLowerCase();
      if (!specs.some((spec) => spec.name === name)) {
        throw new SqlError(8145, `${argument.name} is not a parameter for procedure ${procedure}.`);
      }
      this.values.set(name, argument.value);
      this.given.add(name);
    }
    for (const spec of specs) {
      if (this.values.has(spec.name)) continue;
      if (spec.default === undefined) {
        throw new SqlError(
          201,
          `Procedure or function '${procedure}' expects parameter '@${spec.name}', which was not supplied.`,
          16,
          4,
        );
      }
      this.values.set(spec.name, spec.default);
    }
  }

  has(name: string): boolean {
    return this.given.has(name);
  }

  /** Trailing blanks removed, as names are compared. */
  text(name: string): string | null {
    const value = this.values.get(name) ?? null;
    return value === null ? null : String(value).trimEnd();
  }

  number(name: string): number | null {
    const value = this.values.get(name) ?? null;
    return value === null ? null : Number(value);
  }

  flag(name: string): boolean | null {
    const value = this.values.get(name) ?? null;
    if (value === null || typeof value === 'boolean') return value;
    return Number(value) !== 0;
  }

  binary(name: string): Buffer | null {
    const value = this.values.get(name) ?? null;
    return Buffer.isBuffer(value) ? value : null;
  }
}

/** `name` and `name = default` pairs. */
export function parameters(...specs: readonly (string | readonly [string, TdsValue])[]): ParameterSpec[] {
  return specs.map((spec) => (typeof spec === 'string' ? { name: spec } : { name: spec[0], default: spec[1] }));
}
