/** Area codes of the numbering plan +1 that are neither of the United States and Puerto Rico nor of Canada: https://nationalnanpa.com/area_codes */
const ELSEWHERE = new Set('242 246 264 268 284 340 345 441 473 649 658 664 670 671 684 721 758 767 784 809 829 849 868 869 876'.split(' '));

const northAmerican = (address: string): boolean => /^\+1[2-9]\d{9}$/.test(address) && !ELSEWHERE.has(address.slice(2, 5));

/** Whether a picture message can go from one address to the other: on long codes of the United States and Canada, among themselves. https://www.twilio.com/docs/messaging/guides/accepted-mime-types */
export const takesMms = (own: string, to: string): boolean => northAmerican(own) && northAmerican(to);
