const MAX_COUNT = 1000;
const MAX_BYTES = 20 * 1024 * 1024;

export interface Refused {
  readonly at: number;
  readonly url: string;
  readonly why: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** The last refused webhooks, apart and unpublished, so that an operator can see why and verify them again after mending a secret. */
export function createRefusedRing() {
  const kept: Refused[] = [];
  let bytes = 0;
  return {
    add(refused: Refused): void {
      kept.push(refused);
      bytes += refused.body.length;
      while (kept.length > MAX_COUNT || bytes > MAX_BYTES) bytes -= kept.shift()?.body.length ?? 0;
    },
    list: (): readonly Refused[] => kept,
  };
}
export type RefusedRing = ReturnType<typeof createRefusedRing>;
