/** Runs the jobs that a journal does not know yet, several at a time. */
import type { Job, JobLine, RunJob } from "./job.ts";
import type { Journal } from "./journal.ts";

export interface JobsToRun<J extends Job> {
  /** Each id once. */
  readonly jobs: readonly J[];
  readonly journal: Pick<Journal, "lines" | "add">;
  /** Runs at a time. */
  readonly workers: number;
  readonly run: RunJob<J>;
  /** Called when the line is safe. */
  readonly onDone: (line: JobLine) => void;
  /** No new run is begun after it. */
  readonly signal: AbortSignal;
}

/** The lines of the jobs that are done, in the jobs' order. @throws what a run or the journal throws */
export async function runJobs<J extends Job>({
  jobs,
  journal,
  workers,
  run,
  onDone,
  signal,
}: JobsToRun<J>): Promise<JobLine[]> {
  const pending = jobs.filter(({ id }) => !journal.lines.has(id));
  let failed = false;
  const work = async () => {
    for (let job = pending.shift(); job && !signal.aborted && !failed; job = pending.shift()) {
      try {
        const line = await run(job);
        if (line === undefined) continue;
        await journal.add(line);
        onDone(line);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: workers }, work));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return jobs.flatMap(({ id }) => journal.lines.get(id) ?? []);
}
