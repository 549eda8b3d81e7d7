/** Adapters throw it too, and never import from here. */
export { MediaFault, type MediaFaultKind } from '../../adapters/media-fault.ts';
