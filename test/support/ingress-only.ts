import { createWhatsappAdapter } from '../../adapters/whatsapp/index.ts';
import { createPublicListener } from '../../src/http/public-listener.ts';
import { createRefusedRing } from '../../src/http/refused-ring.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { buildKeyring } from '../../src/secrets/keyring.ts';

/** Listener and journal alone, as a process for the fsync proof: `node ingress-only.ts DATA_DIR FULL|OFF SECRET`; prints its port. */
const [dataDir = '', synchronous, secret = ''] = process.argv.slice(2);
const journal = await openJournal({
  dataDir,
  retentionDays: 8,
  maxBytes: 1e9,
  onFatal: (reason) => {
    throw new Error(reason);
  },
  onAppend: () => {},
  synchronous: synchronous === 'OFF' ? 'OFF' : 'FULL',
});
const adapter = createWhatsappAdapter();
const ring = buildKeyring(Buffer.alloc(32, 7), [{ id: 'ch_wa', provider: 'meta', secrets: [secret], verifyTokens: ['v'] }]);
const listener = createPublicListener({
  adapterOf: () => adapter,
  keyring: () => ring,
  journal,
  publicUrl: new URL('http://127.0.0.1'),
  refused: createRefusedRing(dataDir),
  observe: () => {},
  media: () => null,
  afterStore: null,
});
process.stdout.write(`port ${await listener.start(0, '127.0.0.1')}\n`);
process.on(
  'SIGTERM',
  () =>
    void listener
      .stop()
      .then(() => journal.close())
      .then(() => process.exit(0)),
);
