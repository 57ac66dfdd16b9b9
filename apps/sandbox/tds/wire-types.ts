/** Type codes of TYPE_INFO (MS-TDS 2.2.5.4). */
export const TYPE = {
  null: 0x1f,
  image: 0x22,
  guid: 0x24,
  varbinaryOld: 0x25,
  varcharOld: 0x27,
  intN: 0x26,
  dateN: 0x28,
  timeN: 0x29,
  datetime2N: 0x2a,
  datetimeoffsetN: 0x2b,
  binaryOld: 0x2d,
  charOld: 0x2f,
  tinyint: 0x30,
  bit: 0x32,
  smallint: 0x34,
  decimalOld: 0x37,
  int: 0x38,
  smalldatetime: 0x3a,
  real: 0x3b,
  money: 0x3c,
  datetime: 0x3d,
  float: 0x3e,
  numericOld: 0x3f,
  variant: 0x62,
  ntext: 0x63,
  bitN: 0x68,
  decimalN: 0x6a,
  numericN: 0x6c,
  floatN: 0x6d,
  moneyN: 0x6e,
  datetimeN: 0x6f,
  smallmoney: 0x7a,
  bigint: 0x7f,
  varbinary: 0xa5,
  varchar: 0xa7,
  binary: 0xad,
  char: 0xaf,
  text: 0x23,
  nvarchar: 0xe7,
  nchar: 0xef,
  udt: 0xf0,
  xml: 0xf1,
  table: 0xf3,
} as const;

/** Token codes (MS-TDS 2.2.7). */
export const TOKEN = {
  returnStatus: 0x79,
  colMetadata: 0x81,
  tabName: 0xa4,
  colInfo: 0xa5,
  order: 0xa9,
  error: 0xaa,
  info: 0xab,
  returnValue: 0xac,
  loginAck: 0xad,
  featureExtAck: 0xae,
  row: 0xd1,
  nbcRow: 0xd2,
  envChange: 0xe3,
  done: 0xfd,
  doneProc: 0xfe,
  doneInProc: 0xff,
} as const;

/** Packet types (MS-TDS 2.2.3.1.1). */
export const PACKET = {
  batch: 0x01,
  rpc: 0x03,
  reply: 0x04,
  attention: 0x06,
  bulk: 0x07,
  fedAuth: 0x08,
  transaction: 0x0e,
  login7: 0x10,
  sspi: 0x11,
  prelogin: 0x12,
} as const;

/** Packet status bits (MS-TDS 2.2.3.1.2). */
export const STATUS = { eom: 0x01, ignore: 0x02, reset: 0x08, resetKeepTransaction: 0x10 } as const;

/** Status bits of the DONE tokens (MS-TDS 2.2.7.6). */
export const DONE = { more: 0x01, error: 0x02, count: 0x10, attention: 0x20, serverError: 0x100 } as const;

/** Length that stands for NULL of a two-byte length. */
export const CHARBIN_NULL = 0xffff;
/** PLP: value is NULL, and value of unknown total length (MS-TDS 2.2.5.2.3). */
export const PLP_NULL = 0xffff_ffff_ffff_ffffn;
export const PLP_UNKNOWN = 0xffff_ffff_ffff_fffen;

/** Bytes of a decimal by its precision, sign byte included (MS-TDS 2.2.5.5.1.6). */
export function decimalSize(precision: number): number {
  return precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;
}

/** Bytes of the time part by its scale (MS-TDS 2.2.5.5.1.8). */
export function timeSize(scale: number): number {
  return scale <= 2 ? 3 : scale <= 4 ? 4 : 5;
}
