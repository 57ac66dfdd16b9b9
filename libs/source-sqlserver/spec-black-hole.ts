import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server on this machine that can lose what goes along it. */
export class BlackHole {
  readonly #pairs = new Set<readonly [near: Socket, far: Socket]>();
  #isOpen = true;

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {
    server.on('connection', (near) => this.#join(near));
  }

  static async to(port: number): Promise<BlackHole> {
    const server = createServer();
    const hole = new BlackHole(server, port);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return hole;
  }

  /** Where it listens. */
  get entry(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on nothing comes through the connections that stand, in either direction, and none is closed; new ones: as said. */
  swallow({ newOnes }: { newOnes: 'pass' | 'are lost' }): void {
    this.#isOpen = newOnes === 'pass';
    for (const [near, far] of this.#pairs) {
      near.unpipe(far).resume();
      far.unpipe(near).resume();
    }
  }

  /** New connections go through again. */
  open(): void {
    this.#isOpen = true;
  }

  /** Ends the connections that stand towards the client, in the middle of whatever they carry. */
  cut(how: 'FIN' | 'RST'): void {
    for (const [near, far] of this.#pairs) {
      far.unpipe(near).resume();
      if (how === 'FIN') near.end();
      else near.resetAndDestroy();
    }
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #join(near: Socket): void {
    if (!this.#isOpen) near.resume();
    const far = connect(this.port, '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const socket of pair) socket.on('error', () => undefined);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    if (this.#isOpen) near.pipe(far).pipe(near);
  }
}
