import type { Failure } from '../../schemas/index.ts';
import { classifyGraph } from '../_graph/classify-graph.ts';
import { failureOf } from './errors.ts';

/** Anything that `send` threw, as a failure. Total. */
export const classify = (error: unknown): Failure => classifyGraph(error, ({ code, message, transient }) => failureOf(code, message, transient));
