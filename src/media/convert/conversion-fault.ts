/** Why a file could not be made into another: it is not what it seems, it can not be made small enough, it took too long, or the tool is missing. */
export type FaultKind = 'unreadable' | 'too_large' | 'too_slow' | 'no_tool';

/** Of the file or the machine, in words; the same file fails the same way again, but for `too_slow` and `no_tool`. */
export class ConversionFault extends Error {
  readonly kind: FaultKind;
  constructor(kind: FaultKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConversionFault';
    this.kind = kind;
  }
}
