/** A number that Java holds as float or double and prints in its own way; integers need no such thing. */
export class JavaNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** As Float.toString prints the float nearest to `value`: the shortest digits that read back as that float. */
export function javaFloat(value: number): JavaNumber {
  const float = Math.fround(value);
  for (let digits = 1; digits <= 9; digits++) {
    const exponential = float.toExponential(digits - 1);
    if (Math.fround(Number(exponential)) === float) return new JavaNumber(layOut(float, exponential));
  }
  return new JavaNumber(layOut(float, float.toExponential()));
}

/** As Double.toString prints it. */
export function javaDouble(value: number): JavaNumber {
  return new JavaNumber(layOut(value, value.toExponential()));
}

/** Java writes 1.0E7 from ten millions and 1.0E-4 below a thousandth, and at least one digit behind the point. */
function layOut(value: number, exponential: string): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : `${value < 0 ? '-' : ''}Infinity`;
  const [mantissa, exponent] = exponential.split('e') as [string, string];
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
  }
  const plain = String(Number(exponential));
  return plain.includes('.') ? plain : `${plain}.0`;
}
