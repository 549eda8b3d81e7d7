/** A help desk in small: a plain consumer of the public API that answers every text. It knows nothing of the gateway but its HTTP contract. */
export interface EchoDeskOptions {
  readonly api: string;
  readonly key: string;
  /** Where it begins to read: what was written while it was not there yet is answered too. */
  readonly after: string;
  log(message: string): void;
}
interface Row {
  event: { id: string; type: string; data: { channel: { id: string }; conversation: { id: string }; message: { content: { type: string; text?: string } } } };
}
const WAIT_S = 20;

export function createEchoDesk({ api, key, after: first, log }: EchoDeskOptions) {
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${key}` };
  async function reply({ event }: Row): Promise<void> {
    const { content } = event.data.message;
    if (content.type !== 'text') return;
    const body = JSON.stringify({
      channel: event.data.channel.id,
      to: { conversation: event.data.conversation.id },
      content: { type: 'text', text: `You wrote: ${content.text ?? ''}` },
      author: 'bot',
    });
    const response = await fetch(`${api}/v1/messages`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': event.id },
      body,
      signal: gone.signal,
    });
    await response.arrayBuffer();
    // Busy or away for the moment: the page is read and answered again; its Idempotency-Keys keep what went out from going twice.
    if (response.status === 429 || response.status >= 500) throw new Error(`a reply was not taken: HTTP ${response.status}`);
    if (!response.ok) log(`a reply was refused: ${response.status}`);
  }
  async function loop(): Promise<void> {
    let after = first;
    while (!gone.signal.aborted) {
      try {
        const response = await fetch(`${api}/v1/events?after=${after}&topic=messages.v1&limit=100&wait=${WAIT_S}`, { headers, signal: gone.signal });
        if (!response.ok) throw new Error(`HTTP ${response.status}`);
        const page = (await response.json()) as { events: Row[]; next: string };
        for (const row of page.events) if (row.event.type === 'message.received') await reply(row);
        after = page.next;
      } catch (error) {
        if (gone.signal.aborted) return;
        log(`the desk waits: ${(error as Error).message}`);
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }
  return { start: () => void loop(), stop: () => gone.abort() };
}
