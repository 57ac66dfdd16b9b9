const CURRENCY = new Set([
  0xa2, 0xa3, 0xa4, 0xa5, 0x09f2, 0x09f3, 0x0e3f, 0x17db, 0x20a0, 0x20a1, 0x20a2, 0x20a3, 0x20a4, 0x20a5, 0x20a6,
  0x20a7, 0x20a8, 0x20a9, 0x20aa, 0x20ab, 0x20ac, 0x20ad, 0x20ae, 0x20af, 0x20b0, 0x20b1, 0xfdfc, 0xfe69, 0xff04,
  0xffe0, 0xffe1, 0xffe5, 0xffe6,
]);

/** Whether a character is white space to T-SQL: all controls, and the spaces of Unicode. */
export function isSpace(c: number): boolean {
  if (c <= 0x20) return true;
  if (c < 0x85) return false;
  return (
    c === 0x85 ||
    c === 0xa0 ||
    c === 0x1680 ||
    (c >= 0x2000 && c <= 0x200b) ||
    c === 0x2028 ||
    c === 0x2029 ||
    c === 0x202f ||
    c === 0x205f ||
    c === 0x3000 ||
    c === 0xfeff
  );
}

/** Whether a character is a decimal digit. */
export function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

/** Whether a character is a hexadecimal digit. */
export function isHex(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102);
}

/** Whether a character may begin an ordinary name: a letter of any script, `_` or `#`. */
export function isNameStart(c: number): boolean {
  if (c < 0x80) return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 35;
  return c >= 0xa6 ? !isSpace(c) && !CURRENCY.has(c) : c === 0xaa;
}

/** Whether a character may go on in an ordinary name: also digits, `@` and `$`. */
export function isNamePart(c: number): boolean {
  if (c < 0x80)
    return (
      (c >= 97 && c <= 122) ||
      (c >= 65 && c <= 90) ||
      (c >= 48 && c <= 57) ||
      c === 95 ||
      c === 35 ||
      c === 64 ||
      c === 36
    );
  return isNameStart(c);
}

/** Whether a character is a currency sign that may begin a money constant. */
export function isCurrency(c: number): boolean {
  return c === 36 || (c >= 0xa2 && CURRENCY.has(c));
}
