import { createInstagramAdapter } from '../../../adapters/instagram/index.ts';
import { messagingSuite } from '../../support/messaging-suite.ts';

const suite = messagingSuite({ adapter: createInstagramAdapter(), dir: import.meta.dirname, object: 'instagram', account: '17841400000000001', customer: '9120000000000077' });

test('media of a story is named and never fetched', () => {
  const mention = suite.factsOf('messaging', { message: { mid: 'a', attachments: [{ type: 'story_mention', payload: { url: 'https://lookaside.fbsbx.com/s' } }] } });
  expect(JSON.stringify(mention)).not.toContain('platformRef');
});
test('a boosted post brings the same comment twice: one', () => {
  const value = { id: '179', text: 'Price?', from: { id: '9120000000000077', username: 'kari' } };
  const id = (media: object) => suite.factsOf('changes', { field: 'comments', value: { ...value, media } })[0]?.idParts.join();
  expect(id({ id: '1' })).toBe(id({ id: '1', ad_id: '2386' }));
});
