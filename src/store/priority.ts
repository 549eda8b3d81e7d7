/**
 * Niceness of the threads behind the journal (on Linux a priority is a thread's own): where the processor is short, they wait and the
 * backlog grows, and the acknowledgements go on. It is the least there is: systems share the processor between sessions, services and
 * containers first, so it counts among the gateway's own threads.
 */
export const BEHIND_ACKNOWLEDGEMENTS = 19;
/**
 * Of the thread that empties the write-ahead logs: before those that fill them, or they would grow as long as the processor is short. And of
 * V8's helpers, which some collections of those threads wait for.
 */
export const BEFORE_THE_STORE = 10;
