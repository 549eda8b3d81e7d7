import nock from 'nock';

/**
 * nock patches node:net for the whole process, and jest runs several files in one: left in place it cut the SASL and TLS handshakes of
 * the Kafka tests that came after. Every file takes nock from here, and leaves the process as it was.
 */
beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => {
  nock.cleanAll();
  nock.enableNetConnect();
  nock.restore();
});

export { nock };
