const FIRST = { modulus: 2_147_483_563n, factor: 40_014n, seed: 12_345n } as const;
const SECOND = { modulus: 2_147_483_399n, factor: 40_692n, seed: 67_890n } as const;
const SCALE = 4.656613e-10;

/**
 * RAND(): two linear congruential generators, of which the difference is the number (L'Ecuyer 1988). The constants give the three numbers of the
 * documentation: RAND(100), RAND(), RAND() are 0.715436657367485, 0.28463380767982, 0.0131039082850364.
 */
export class RandomNumbers {
  private first = BigInt(1 + Math.floor(Math.random() * 2_147_483_000));
  private second: bigint = SECOND.seed;

  /** RAND(seed): what follows hangs on the seed alone. Zero stands for the generator's own. */
  seeded(seed: number): number {
    this.first = seed === 0 ? FIRST.seed : BigInt(seed);
    this.second = SECOND.seed;
    return this.next();
  }

  next(): number {
    this.first = (this.first * FIRST.factor) % FIRST.modulus;
    this.second = (this.second * SECOND.factor) % SECOND.modulus;
    const difference = this.first - this.second;
    return Number(difference < 1n ? difference + FIRST.modulus - 1n : difference) * SCALE;
  }
}
