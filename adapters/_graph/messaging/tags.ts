/** Message tags that Meta took away on 27 April 2026: a call that carries one is refused with code 100. */
export const RETIRED_TAGS = ['CONFIRMED_EVENT_UPDATE', 'ACCOUNT_UPDATE', 'POST_PURCHASE_UPDATE'] as const;
