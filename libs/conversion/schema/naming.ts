import { createHash } from 'node:crypto';

export type NamingPolicy = 'snake_case' | 'lower' | 'preserve';

/** A name that the target could not have as it is. */
export interface ChangedName {
  readonly scope: string;
  readonly name: string;
  readonly key: string;
  readonly to: string;
}

/** PostgreSQL cuts identifiers at 63 bytes (NAMEDATALEN - 1). */
const MAX_BYTES = 63;

/**
 * The one naming policy of a conversion (row C23): folds source names, keeps them within 63 bytes and apart within their scope (rows C21, C22). Deterministic: the same
 * names asked in the same order get the same answers.
 */
export class Naming {
  private readonly taken = new Map<string, Map<string, string>>();
  /** The names by their keys. */
  private readonly owners = new Map<string, Map<string, string>>();

  /** `told`: of every name that is more than the source's own folded, because it was cut or had to differ from another. */
  constructor(
    private readonly policy: NamingPolicy,
    private readonly told: (name: ChangedName) => void = () => undefined,
  ) {}

  /**
   * The target's name for `name` within `scope` (`schemas`, `relations public`, `columns public.orders` …). Asked again with the same `key` it gives the same name.
   * `instead`: a name to take before one with a hash, where another has `name`.
   */
  name(scope: string, name: string, key: string = name, instead?: string): string {
    const names = this.taken.get(scope) ?? new Map<string, string>();
    this.taken.set(scope, names);
    const owners = this.owners.get(scope) ?? new Map<string, string>();
    this.owners.set(scope, owners);
    const known = owners.get(key);
    if (known !== undefined) return known;
    const folded = shorten(fold(name, this.policy), name);
    let candidate = folded;
    if (names.has(candidate) && instead !== undefined) candidate = shorten(fold(instead, this.policy), instead);
    for (let n = 0; names.has(candidate); n++) candidate = withHash(folded, `${key}\u0000${n}`);
    names.set(candidate, key);
    owners.set(key, candidate);
    if (candidate !== fold(name, this.policy)) this.told({ scope, name, key, to: candidate });
    return candidate;
  }

  /** The name that a key has been given; undefined where it has none yet. */
  find(scope: string, key: string): string | undefined {
    return this.owners.get(scope)?.get(key);
  }
}

function fold(name: string, policy: NamingPolicy): string {
  const clean = name.replaceAll('\u0000', '');
  if (policy === 'preserve') return clean === '' ? '_' : clean;
  if (policy === 'lower') return clean.toLowerCase() || '_';
  const words = clean
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1_$2')
    .replaceAll(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1_$2')
    .replaceAll(/[\s\-.,;:/\\|'"`()[\]{}<>!?%&*+=~^@#$]+/gu, '_')
    .replaceAll(/_{2,}/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase();
  return words === '' ? '_' : words;
}

function shorten(folded: string, original: string): string {
  return Buffer.byteLength(folded) <= MAX_BYTES ? folded : withHash(folded, original);
}

/** Cuts at a character, so that eight hex digits of a hash still fit. */
function withHash(name: string, of: string): string {
  const hash = createHash('sha256').update(of).digest('hex').slice(0, 8);
  let cut = '';
  for (const character of name) {
    if (Buffer.byteLength(cut) + Buffer.byteLength(character) > MAX_BYTES - 9) break;
    cut += character;
  }
  return `${cut}_${hash}`;
}
