/**
 * Whether numbers of an HDF5 file are those that its library names by their width alone. The format describes every bit:
 * bfloat16 is a float of two bytes as float16 is, and twelve bits may stand in the middle of sixteen; read by their width,
 * they would be other numbers.
 * Source: HDF5 File Format Specification 3.0, section IV.A.2.d, "Datatype".
 */
import { UserError } from "../../../shared/errors";

/** Classes of types. */
const [INTEGER, FLOAT] = [0, 1];
/** In the second byte of a float's class: orders that VAXes had, and a leading one of the mantissa that is not stored. */
const [VAX, NORM, IMPLIED] = [0x40, 0x30, 0x20];

/** By bytes: bits of the exponent, of the mantissa, and the exponent's bias, as IEEE 754 has them. */
const ieee: Readonly<Record<number, readonly [number, number, number]>> = {
  2: [5, 10, 15],
  4: [8, 23, 127],
  8: [11, 52, 1023],
};

/**
 * @param type content of a data set's message "Datatype"
 * @throws UserError "hdf5/type" for integers that do not fill their bytes, and floats that are not IEEE 754's
 */
export function checkNumbers(type: DataView, where: string): void {
  const found = strange(type);
  if (found === undefined) return;
  throw new UserError("hdf5/type", `${where} stores its numbers as ${found}, not read here.`, {
    where,
    todo: 'Write it again in a common type: data[:].astype("f4") in h5py.',
  });
}

/** What numbers of another form than usual are called; undefined for the usual ones, and for what are no numbers. */
function strange(type: DataView): string | undefined {
  const first = type.getUint8(0);
  // Version 0 is none: a type that several data sets share is named here by its address.
  if (first >> 4 === 0) return undefined;
  const kind = first & 15;
  if (kind !== INTEGER && kind !== FLOAT) return undefined;
  const bytes = type.getUint32(4, true);
  const [offset, bits] = [type.getUint16(8, true), type.getUint16(10, true)];
  if (kind === INTEGER) {
    return offset === 0 && bits === 8 * bytes
      ? undefined
      : `integers of ${bits} bits in ${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  }
  const [exponentAt, exponent, mantissaAt, mantissa] = [12, 13, 14, 15].map((at) =>
    type.getUint8(at),
  ) as [number, number, number, number];
  const [order, sign, bias] = [type.getUint8(1), type.getUint8(2), type.getUint32(16, true)];
  const usual = ieee[bytes];
  const inPlace =
    offset === 0 &&
    bits === 8 * bytes &&
    mantissaAt === 0 &&
    exponentAt === mantissa &&
    sign === bits - 1 &&
    (order & VAX) === 0 &&
    (order & NORM) === IMPLIED;
  if (inPlace && usual?.join() === [exponent, mantissa, bias].join()) return undefined;
  if (inPlace && bytes === 2 && exponent === 8 && bias === 127) return "bfloat16";
  return `floats of ${bits} bits, ${exponent} of them the exponent's`;
}
