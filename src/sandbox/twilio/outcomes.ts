import { bareOf, schemeOf } from './addresses.ts';

/** What is called back about a message, in this order, and the code where it goes wrong. */
export interface Ending {
  readonly statuses: readonly string[];
  readonly code?: number;
}
/**
 * Levers: a recipient whose number ends in one of these five digits meets this end (`+4479009` + `30003`: the handset is off).
 * `failed`: Twilio itself could not send, so nothing was `sent` before.
 */
const CODES = {
  undelivered: [
    30003, 30004, 30005, 30006, 30007, 30008, 30017, 30018, 30019, 30022, 30023, 30024, 30027, 30032, 30034, 30035, 30410, 30450, 30610, 63003, 63005, 63009, 63010, 63012, 63013,
    63014, 63018, 63020, 63021, 63023, 63024, 63026, 63027, 63029, 63032, 63036, 63040, 63041, 63042, 63049, 63051,
  ],
  failed: [30001, 30002, 30011, 30033, 30036, 63001, 63017, 63035, 63038],
} as const;
/** The same, for the order of callbacks rather than their end (sms.md 2.1 and 2.4). */
const ORDERS: Readonly<Record<string, Ending>> = {
  '90001': { statuses: ['sent'] }, // no receipt of the carrier, ever
  '90002': { statuses: ['delivered', 'sent'] },
  '90003': { statuses: ['sent', 'undelivered', 'delivered'], code: 30008 },
  '90004': { statuses: ['sending', 'sent', 'delivered'] },
};
const BY_DIGITS: ReadonlyMap<string, Ending> = new Map([
  ...Object.entries(ORDERS),
  ...CODES.undelivered.map((code) => [String(code), { statuses: ['sent', 'undelivered'], code }] as const),
  ...CODES.failed.map((code) => [String(code), { statuses: ['failed'], code }] as const),
]);
const isChannelCode = (code: number | undefined) => code !== undefined && code >= 63_000;

/** Codes of channels (63xxx) come on WhatsApp and RCS alone, the others on all. */
export function endingOf(to: string, from: string): Ending {
  const found = BY_DIGITS.get(bareOf(to).slice(-5));
  const fits = found && (schemeOf(from) !== 'sms' || !isChannelCode(found.code));
  return fits ? found : { statuses: ['sent', 'delivered'] };
}
