/**
 * A set of strings kept as 64-bit hashes in one flat table: about 16 bytes a key at the worst, whatever the keys are. A key that was added is always found; a key that was not is taken for one with a chance of n / 2^64.
 */
export class KeySet {
  private table = new Uint32Array(2 * 1024);
  private size = 0;

  add(key: string): void {
    if (this.size * 4 > this.table.length) this.grow();
    const [high, low] = hash(key);
    if (this.insert(this.table, high, low)) this.size++;
  }

  has(key: string): boolean {
    const [high, low] = hash(key);
    const mask = this.table.length / 2 - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const atHigh = this.table[2 * slot];
      const atLow = this.table[2 * slot + 1];
      if (atHigh === 0 && atLow === 0) return false;
      if (atHigh === high && atLow === low) return true;
    }
  }

  private insert(table: Uint32Array, high: number, low: number): boolean {
    const mask = table.length / 2 - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const atHigh = table[2 * slot];
      const atLow = table[2 * slot + 1];
      if (atHigh === high && atLow === low) return false;
      if (atHigh !== 0 || atLow !== 0) continue;
      table[2 * slot] = high;
      table[2 * slot + 1] = low;
      return true;
    }
  }

  private grow(): void {
    const larger = new Uint32Array(this.table.length * 2);
    for (let at = 0; at < this.table.length; at += 2) {
      const high = this.table[at] ?? 0;
      const low = this.table[at + 1] ?? 0;
      if (high !== 0 || low !== 0) this.insert(larger, high, low);
    }
    this.table = larger;
  }
}

/** Two independent 32-bit hashes (FNV-1a and a multiplicative one) over the UTF-16 units; never both zero. */
function hash(key: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let index = 0; index < key.length; index++) {
    const unit = key.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b + unit, 0x85ebca6b);
    b ^= b >>> 13;
  }
  a ^= a >>> 16;
  a = Math.imul(a, 0x7feb352d);
  a ^= a >>> 15;
  b = Math.imul(b ^ (b >>> 16), 0xc2b2ae35);
  b ^= b >>> 16;
  return [a >>> 0, b >>> 0 || 1];
}
