/**
 * Niceness of the threads behind the journal (on Linux a priority is a thread's own): where the processor is short, they wait and the
 * backlog grows, and the acknowledgements go on.
 */
export const BEHIND_ACKNOWLEDGEMENTS = 10;
