/** What a share of the traffic is: a customer writes a text or sends a picture, or the business writes. */
export const KINDS = ['message', 'media', 'send'] as const;
export interface Part {
  /** The platform's word in /sandbox/{platform}/messages. */
  readonly platform: string;
  readonly kind: (typeof KINDS)[number];
  readonly weight: number;
}
export const nameOf = ({ platform, kind }: Part): string => `${platform}.${kind}`;

/** `whatsapp.message=3,sms=1`: the parts; a text: what is wrong with it. */
export function parseMix(text: string): readonly Part[] | string {
  const parts: Part[] = [];
  for (const word of text.split(',')) {
    const [, platform = '', name = 'message', weight = '1'] = /^\s*([a-z]+)(?:\.([a-z]+))?(?:=(\d+(?:\.\d+)?))?\s*$/.exec(word) ?? [];
    const kind = KINDS.find((k) => k === name);
    if (!platform || !kind || !(Number(weight) > 0)) return `"${word}" is no part of a mix; it is as whatsapp.message=3, with ${KINDS.join(', ')}.`;
    parts.push({ platform, kind, weight: Number(weight) });
  }
  return parts;
}
/** Each part as often as its weight says, evenly spread: the one that lags most comes next. */
export function createTurns(parts: readonly Part[]): () => Part {
  const total = parts.reduce((sum, p) => sum + p.weight, 0);
  const owed = parts.map(() => 0);
  return () => {
    let chosen = 0;
    for (const [i, part] of parts.entries()) {
      owed[i] = (owed[i] ?? 0) + part.weight / total;
      if ((owed[i] ?? 0) > (owed[chosen] ?? 0)) chosen = i;
    }
    owed[chosen] = (owed[chosen] ?? 0) - 1;
    return parts[chosen] as Part;
  };
}
