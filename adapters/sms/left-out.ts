/** Parameters of a webhook whose value stands in no event, and why. What is in neither an event nor here is a fault (a test walks every payload). */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  SmsSid: 'the same as MessageSid',
  SmsMessageSid: 'the same as MessageSid',
  SmsStatus: 'received, or the same as MessageStatus',
  MessageStatus: 'becomes the state',
  To: 'our own address, which names the channel; of a status the customer',
  From: 'an address of the contact; of a status our own',
  WaId: 'an address of the contact',
  ExternalUserId: 'an address of the contact',
  ParentExternalUserId: 'an address of the contact',
  Forwarded: 'becomes forwarded: yes',
  FrequentlyForwarded: 'becomes forwarded: often',
  Latitude: 'a number in the location',
  Longitude: 'a number in the location',
};
