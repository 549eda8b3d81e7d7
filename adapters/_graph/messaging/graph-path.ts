type Settings = Readonly<Record<string, unknown>>;
/** Graph version where the channel names none (v26.0 is of 29 July 2026). Never unversioned: that is the oldest version. */
const GRAPH_VERSION = 'v26.0';
const setting = (settings: Settings, name: string): string | undefined => {
  const value = settings[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const graphVersionOf = (settings: Settings): string => setting(settings, 'graphVersion') ?? GRAPH_VERSION;
/** Whose edge is called: the Page that an Instagram account is linked to (Facebook Login), else the account itself. */
export const nodeOf = (account: string, settings: Settings): string => setting(settings, 'pageId') ?? account;
/** As `nodeOf`, for sending: `me` where the channel asks for it (settings.sendAs). */
export const senderOf = (account: string, settings: Settings): string => (settings.sendAs === 'me' ? 'me' : nodeOf(account, settings));
