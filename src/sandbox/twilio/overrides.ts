/** How Twilio tries a webhook: its defaults, and what the fragment of the address says otherwise (sms.md 1.5). */
export interface Tries {
  readonly connectMs: number;
  readonly readMs: number;
  readonly totalMs: number;
  /** How often it is tried again, and after what. */
  readonly again: number;
  readonly after: ReadonlySet<string>;
}
const within = (text: string | null, at: { least: number; most: number; otherwise: number }): number => {
  const value = Number(text ?? Number.NaN);
  return Number.isInteger(value) && value >= at.least && value <= at.most ? value : at.otherwise;
};

export function triesOf(address: string): { url: string; tries: Tries } {
  const [url = '', fragment = ''] = address.split('#', 2);
  const given = new URLSearchParams(fragment);
  return {
    url,
    tries: {
      connectMs: within(given.get('ct'), { least: 100, most: 10_000, otherwise: 5000 }),
      readMs: within(given.get('rt'), { least: 100, most: 15_000, otherwise: 15_000 }),
      totalMs: within(given.get('tt'), { least: 100, most: 15_000, otherwise: 15_000 }),
      again: within(given.get('rc'), { least: 0, most: 5, otherwise: 1 }),
      after: new Set((given.get('rp') ?? 'ct').split(',')),
    },
  };
}
