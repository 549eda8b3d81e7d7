import pg from 'pg';

const OURS = "SELECT pid, application_name FROM pg_stat_activity WHERE application_name LIKE 'parlance-%'";
async function asked<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => {}); // a killed backend takes this connection too
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {}); // gone with the others
  }
}

/** kill -9 of the backend that writes for the gateway. */
export const killBackend = (url: string): Promise<void> =>
  asked(url, async (client) => {
    const { rows } = await client.query<{ pid: number; application_name: string }>(OURS);
    const victim = rows.find((r) => r.application_name === 'parlance-writer') ?? rows[0];
    if (victim) process.kill(victim.pid, 'SIGKILL');
  });

/** Ends every connection of the gateway, readers and writer; how many there were. */
export const cutBackends = (url: string): Promise<number> =>
  asked(url, async (client) => (await client.query(`SELECT pg_terminate_backend(pid) FROM (${OURS}) AS ours`)).rowCount ?? 0);
