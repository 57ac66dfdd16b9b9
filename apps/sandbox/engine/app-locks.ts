/** The modes that a lock can have; the last two come only of two requests together. */
export const LOCK_MODES = [
  'IntentShared',
  'Shared',
  'Update',
  'IntentExclusive',
  'Exclusive',
  'SharedIntentExclusive',
  'UpdateIntentExclusive',
] as const;

/** Mode of a lock on an application resource. */
export type LockMode = (typeof LOCK_MODES)[number];

/** Whom a lock belongs to: the session, or its transaction. */
export type LockOwner = 'Session' | 'Transaction';

/** What sp_getapplock returns: granted at once, after waiting, timed out, cancelled, chosen as the victim of a deadlock. */
export type Granted = 0 | 1 | -1 | -2 | -3;

/** What each mode can stand beside, by the documented table of compatible modes. */
const BESIDE: Readonly<Record<LockMode, readonly LockMode[]>> = {
  IntentShared: [
    'IntentShared',
    'Shared',
    'Update',
    'IntentExclusive',
    'SharedIntentExclusive',
    'UpdateIntentExclusive',
  ],
  Shared: ['IntentShared', 'Shared', 'Update'],
  Update: ['IntentShared', 'Shared'],
  IntentExclusive: ['IntentShared', 'IntentExclusive'],
  Exclusive: [],
  SharedIntentExclusive: ['IntentShared'],
  UpdateIntentExclusive: ['IntentShared'],
};

/** A mode as the simple modes that it is made of. */
const PARTS: Readonly<Record<LockMode, readonly LockMode[]>> = {
  IntentShared: ['IntentShared'],
  Shared: ['IntentShared', 'Shared'],
  Update: ['IntentShared', 'Shared', 'Update'],
  IntentExclusive: ['IntentShared', 'IntentExclusive'],
  SharedIntentExclusive: ['IntentShared', 'Shared', 'IntentExclusive'],
  UpdateIntentExclusive: ['IntentShared', 'Shared', 'Update', 'IntentExclusive'],
  Exclusive: ['IntentShared', 'Shared', 'Update', 'IntentExclusive', 'Exclusive'],
};

/** The weakest mode that has both: requests for one resource add up. */
function union(a: LockMode, b: LockMode): LockMode {
  const wanted = new Set([...PARTS[a], ...PARTS[b]]);
  const found = LOCK_MODES.filter((mode) => [...wanted].every((part) => PARTS[mode].includes(part)));
  return found.toSorted((x, y) => PARTS[x].length - PARTS[y].length)[0] ?? 'Exclusive';
}

/** Who takes locks: told apart by itself alone. */
export type LockSession = object;

interface Held {
  readonly session: LockSession;
  readonly owner: LockOwner;
  mode: LockMode;
  /** How many releases it takes. */
  count: number;
}

interface Waiting {
  readonly session: LockSession;
  readonly owner: LockOwner;
  readonly mode: LockMode;
  settle(result: Granted): void;
}

interface Resource {
  readonly held: Held[];
  readonly waiting: Waiting[];
}

/** A request for a lock. `resource` names it with its database and principal; `timeout`: milliseconds, below zero for ever. */
export interface LockRequest {
  readonly session: LockSession;
  readonly owner: LockOwner;
  readonly resource: string;
  readonly mode: LockMode;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** The locks of a server that applications take by name (sp_getapplock). They know of nothing but each other. */
export class AppLocks {
  private readonly resources = new Map<string, Resource>();

  /** Takes a lock, in the order of the requests. Never rejects. */
  request(request: LockRequest): Promise<Granted> {
    const { session, owner, mode, timeout, signal } = request;
    const resource = this.resources.get(request.resource) ?? { held: [], waiting: [] };
    this.resources.set(request.resource, resource);
    const own = heldBy(resource, session, owner);
    const wanted = own ? union(own.mode, mode) : mode;
    // Who has the lock already is not put behind those that wait for it.
    const mayPass = own !== undefined || resource.waiting.length === 0;
    if (mayPass && fits(resource, session, wanted)) {
      grant(resource, { session, owner, mode });
      return Promise.resolve(0);
    }
    if (timeout === 0) return Promise.resolve(-1);
    return new Promise((resolve) => {
      const end = (result: Granted): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        const at = resource.waiting.indexOf(one);
        if (at >= 0) resource.waiting.splice(at, 1);
        resolve(result);
        this.advance(request.resource);
      };
      const one: Waiting = { session, owner, mode, settle: end };
      const cancel = (): void => end(-2);
      const timer = timeout > 0 ? setTimeout(() => end(-1), timeout) : undefined;
      signal.addEventListener('abort', cancel, { once: true });
      resource.waiting.push(one);
      if (signal.aborted) cancel();
      else if (this.isCircle(session)) end(-3);
    });
  }

  /** Whether a lock would be granted at once. */
  grantable(session: LockSession, owner: LockOwner, name: string, mode: LockMode): boolean {
    const resource = this.resources.get(name);
    if (resource === undefined) return true;
    const own = heldBy(resource, session, owner);
    return (
      (own !== undefined || resource.waiting.length === 0) &&
      fits(resource, session, own ? union(own.mode, mode) : mode)
    );
  }

  /** The mode in which an owner has a lock. */
  modeOf(session: LockSession, owner: LockOwner, name: string): LockMode | undefined {
    const resource = this.resources.get(name);
    return resource && heldBy(resource, session, owner)?.mode;
  }

  /** Takes back one request; false where there is no lock. */
  release(session: LockSession, owner: LockOwner, name: string): boolean {
    const resource = this.resources.get(name);
    const held = resource && heldBy(resource, session, owner);
    if (resource === undefined || held === undefined) return false;
    held.count -= 1;
    if (held.count === 0) resource.held.splice(resource.held.indexOf(held), 1);
    this.advance(name);
    return true;
  }

  /** The locks of an owner go: a transaction ended, or the session. */
  releaseAll(session: LockSession, owner: LockOwner): void {
    if (this.resources.size === 0) return;
    for (const [name, { held }] of [...this.resources]) {
      const at = held.findIndex((one) => one.session === session && one.owner === owner);
      if (at < 0) continue;
      held.splice(at, 1);
      this.advance(name);
    }
  }

  /** Grants what can be granted now, the first first. */
  private advance(name: string): void {
    const resource = this.resources.get(name);
    if (resource === undefined) return;
    const [first] = resource.waiting;
    if (first === undefined) {
      if (resource.held.length === 0) this.resources.delete(name);
      return;
    }
    const own = heldBy(resource, first.session, first.owner);
    if (!fits(resource, first.session, own ? union(own.mode, first.mode) : first.mode)) return;
    grant(resource, first);
    first.settle(1);
  }

  /** Whether a session that waits does so, over others, for itself. */
  private isCircle(start: LockSession): boolean {
    const seen = new Set<LockSession>();
    const open = [start];
    for (let session = open.pop(); session !== undefined; session = open.pop()) {
      for (const blocker of this.blockers(session)) {
        if (blocker === start) return true;
        if (!seen.has(blocker)) open.push(blocker);
        seen.add(blocker);
      }
    }
    return false;
  }

  private blockers(session: LockSession): readonly LockSession[] {
    for (const { held, waiting } of this.resources.values()) {
      const at = waiting.findIndex((one) => one.session === session);
      const one = waiting[at];
      if (one === undefined) continue;
      const before = [...held, ...waiting.slice(0, at)];
      return before
        .filter((other) => other.session !== session && !BESIDE[one.mode].includes(other.mode))
        .map((other) => other.session);
    }
    return [];
  }
}

const heldBy = (resource: Resource, session: LockSession, owner: LockOwner): Held | undefined =>
  resource.held.find((one) => one.session === session && one.owner === owner);

const fits = (resource: Resource, session: LockSession, mode: LockMode): boolean =>
  resource.held.every((one) => one.session === session || BESIDE[mode].includes(one.mode));

function grant(resource: Resource, { session, owner, mode }: Pick<Held, 'session' | 'owner' | 'mode'>): void {
  const own = heldBy(resource, session, owner);
  if (own === undefined) resource.held.push({ session, owner, mode, count: 1 });
  else {
    own.mode = union(own.mode, mode);
    own.count += 1;
  }
}
