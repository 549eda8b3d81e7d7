/** Conversations, contacts and aliases as a schema keeps them, every column told once: written before it changes, and read before and after. */
export const PEOPLE = [
  `INSERT INTO contacts (id, tenant, name, identities, created_at, erased_at, profile, profile_at) VALUES
    ('ct_2', 'acme', NULL, '[]', 2, 9, NULL, NULL), ('ct_1', 'acme', 'Ana', '[{"type":"phone","value":"+44"}]', 1, NULL, '{"picture":"p"}', 7)`,
  `INSERT INTO conversations (id, tenant, channel, contact, sendable, window_expires_at, created_at, moved_to, watermarks, last_message, messages) VALUES
    ('cv_2', 'acme', 'ch_b', 'ct_2', NULL, NULL, 2, 'cv_1', NULL, NULL, 0), ('cv_1', 'acme', 'ch_a', 'ct_1', '{"type":"phone","value":"+44"}', 8, 1, NULL, '{"read":3}', 'ms_1', 5)`,
  `INSERT INTO aliases (channel, kind, value, conversation) VALUES
    ('ch_a', 'phone', '+44', 'cv_1'), ('ch_a', 'phone_variant', '+44', 'cv_1'), ('ch_a', 'whatsapp_user', 'GB.1', 'cv_1'), ('ch_b', 'phone', '+44', 'cv_2')`,
];
export const PEOPLE_READ = ['SELECT * FROM contacts ORDER BY id', 'SELECT * FROM conversations ORDER BY id', 'SELECT * FROM aliases ORDER BY channel, kind, value'];
