import { EventEmitter } from "node:events";
import { fileURLToPath } from "node:url";
import { createSystemPlatform } from "@helix/platform";
import { describe, expect, test } from "vitest";
import { runProgram } from "./program.ts";

const root = fileURLToPath(new URL("./fixtures/installation", import.meta.url));

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

interface Screen {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function helix(line: string, options: { process?: FakeProcess; onErr?: (text: string) => void } = {}) {
  const terminal = { isTty: false, columns: 80, colour: false };
  const screen = { out: "", err: "" };
  const code = await runProgram(line === "" ? [] : line.split(" "), {
    platform: createSystemPlatform(1),
    root,
    stdout: { terminal, write: (text) => void (screen.out += text) },
    stderr: {
      terminal,
      write: (text) => {
        screen.err += text;
        options.onErr?.(text);
      },
    },
    process: options.process ?? new FakeProcess(),
    env: {},
    cwd: "/",
  });
  return { code, ...screen } satisfies Screen;
}

describe("help", () => {
  test("lists every package's commands by what people come for; a broken one does not hide the others", async () => {
    for (const line of ["--help", "", "help", "-h"]) {
      expect(await helix(line)).toEqual({
        code: 0,
        err: "",
        out: `HELIX 4.5.6: runs bioprocess instruments, and proves that it runs them right.

Usage: helix <command> [options]

Start here
  brew <kettle> <hops>    brew one batch

Prove a driver
  fault <way>             fail

Run a plant
  stall                   wait for the end

Evidence
  ledger verify <folder>  check a ledger
  ledger all              brew, then check

Cannot be loaded
  broken                  its library is missing

Every command
  --json          print one JSON object on standard output, for machines
  --help          show how the command is called, with examples

Exit codes: 0 pass, 1 fail, 2 invalid input, 3 invalid run (nothing was proven).
`,
      });
    }
  });

  test("of a command shows usage, options with defaults and examples, however it is asked for", async () => {
    const { code, out } = await helix("brew --help");
    expect(code).toBe(0);
    expect(out).toContain("Usage: helix brew [options] <kettle> <hops...>");
    expect(out).toContain("--end-state <state>");
    expect(out).toContain('(choices: "cold", "hot", default: "cold")');
    expect(out).toContain("helix brew k1 saaz\n    one batch with one hop");
    for (const line of ["help brew", "--help brew", "brew -h"]) expect((await helix(line)).out).toBe(out);
  });

  test("of a group lists its commands", async () => {
    for (const line of ["ledger", "ledger --help", "help ledger"]) {
      expect((await helix(line)).out).toBe(`the record that cannot lie

Usage: helix ledger <command> [options]

  ledger verify <folder>  check a ledger
  ledger all              brew, then check
`);
    }
    expect((await helix("ledger verify --help")).out).toContain(
      "Usage: helix ledger verify [options] <folder>",
    );
  });

  test("the version", async () => {
    expect((await helix("--version")).out).toBe("4.5.6\n");
    expect((await helix("--version --json")).out).toBe('{"version":"4.5.6"}\n');
  });
});

describe("a command", () => {
  test("gets its input typed and with defaults, and its exit code is the program's", async () => {
    expect(await helix("brew k1 saaz cascade --seed 7 --end-state hot")).toEqual({
      code: 0,
      out: "brewing in k1\n",
      err: "",
    });
    expect((await helix("brew leaky saaz")).code).toBe(1);
  });

  test("with --json puts one JSON object on standard output, and its prose on standard error", async () => {
    for (const line of ["brew k1 saaz --once --json", "--json brew k1 saaz --once"]) {
      const { out, err } = await helix(line);
      expect(err).toBe("brewing in k1\n");
      expect(out.endsWith("\n")).toBe(true);
      expect(JSON.parse(out)).toEqual({
        kettle: "k1",
        hops: ["saaz"],
        speed: 1,
        endState: "cold",
        once: true,
        frames: "1152921504606846976",
      });
    }
  });

  test("of a group is called by both names", async () => {
    expect(JSON.parse((await helix("ledger verify /l --json")).out)).toEqual({
      folder: "/l",
      verdict: "CLEAN",
    });
  });

  test("may call another one by name", async () => {
    const { code, out } = await helix("ledger all --json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({ brewed: "leaky" });
  });
});

describe("a wrong line", () => {
  test.each([
    ["brw k1", 'helix: there is no command "helix brw"\n  did you mean "helix brew"?\n'],
    ["xyzzy", 'helix: there is no command "helix xyzzy"\n  helix --help lists the commands\n'],
    [
      "ledger verfy x",
      'helix: there is no command "helix ledger verfy"\n  did you mean "helix ledger verify"?\n',
    ],
    [
      "--frob brew",
      'helix: there is no option "--frob" before a command\n  helix --help lists the commands\n',
    ],
    ["brew k1", "helix: missing required argument 'hops'\n  helix brew --help shows how it is called\n"],
    [
      "brew k1 a --onse",
      "helix: unknown option '--onse' (did you mean --once?)\n  helix brew --help shows how it is called\n",
    ],
    [
      "brew k1 a --seed 1.5",
      "helix: option '--seed <number>' argument '1.5' is invalid. Expected a whole number of at least 0\n  helix brew --help shows how it is called\n",
    ],
    [
      "brew k1 a --end-state warm",
      "helix: option '--end-state <state>' argument 'warm' is invalid. Allowed choices are cold, hot\n  helix brew --help shows how it is called\n",
    ],
    [
      "ledger verify a b",
      "helix: too many arguments. Expected 1 argument but got 2: a, b\n  helix ledger verify --help shows how it is called\n",
    ],
  ])("helix %s", async (line, err) => {
    expect(await helix(line)).toEqual({ code: 2, out: "", err });
  });
});

describe("an error", () => {
  test.each([
    ["input", 2, "helix: port 4840 is in use\n  stop the other server\n"],
    ["advised", 2, "helix: wrong password for brx-07\n  set HELIX_BRX07_PASSWORD\n"],
    [
      "system",
      2,
      "helix: /nowhere/helix.toml: no such file or folder\n  check the path; a relative one counts from the present folder\n",
    ],
    ["problems", 2, "a.toml:1:1  bad\n  did you mean good?\n  1 | bed = 1\n    | ^\n\nhelix: 1 problem\n"],
    [
      "bug",
      3,
      "helix: unexpected error: invariant\n  because: deeper\n  because: deepest\n  This is a fault in HELIX. Please report it with the command line, this text\n  and what HELIX_DEBUG=1 adds to it.\n",
    ],
  ])("of kind %s exits with %i", async (way, code, err) => {
    expect(await helix(`fault ${way}`)).toEqual({ code, out: "", err });
  });

  test("with --json is one JSON object too", async () => {
    const { code, out, err } = await helix("fault problems --json");
    expect(code).toBe(2);
    expect(err).toContain("a.toml:1:1  bad");
    expect(JSON.parse(out)).toEqual({
      error: {
        kind: "invalid-input",
        message: "a.toml:1:1: bad",
        problems: [{ file: "a.toml", line: 1, column: 1, message: "bad", suggestion: "good" }],
      },
      exitCode: 2,
    });
    expect(JSON.parse((await helix("nonsense --json")).out)).toMatchObject({ exitCode: 2 });
  });
});

describe("Ctrl-C", () => {
  const stopOnceStalling = (signal: string, process: FakeProcess) => (text: string) => {
    if (text === "stalling\n") process.emit(signal);
  };

  test("aborts the command's signal; a command that then gives up exits with 130", async () => {
    const process = new FakeProcess();
    const { code, err } = await helix("stall", { process, onErr: stopOnceStalling("SIGINT", process) });
    expect(code).toBe(130);
    expect(err).toBe("stalling\nhelix: stopped by Ctrl-C\n");
    // One more has this exit code too, until the process is gone.
    expect(process.listenerCount("SIGINT")).toBe(1);
  });

  test("SIGTERM likewise, with 143", async () => {
    const process = new FakeProcess();
    expect((await helix("stall", { process, onErr: stopOnceStalling("SIGTERM", process) })).code).toBe(143);
  });

  test("a command that ends tidily keeps its own result", async () => {
    const process = new FakeProcess();
    const { code, out } = await helix("stall --tidy --json", {
      process,
      onErr: stopOnceStalling("SIGINT", process),
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ closed: true });
  });
});
