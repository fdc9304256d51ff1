/** Who is measured on which problem, and what is aimed at. */
import type { CppPeer } from "./cpp.ts";
import type { ScipyPeer } from "./scipy.ts";

export interface Entry {
  readonly problem: "cho8" | "cho-do11";
  /** The first is the measure of the others. */
  readonly peers: readonly (CppPeer | ScipyPeer)[];
  /** Trajectories that ode45-cash-karp solves: an explicit method takes ten thousand steps on the stiff problem. */
  readonly cashKarp: number;
  readonly targets: readonly Target[];
}

export interface Target {
  readonly name: string;
  /** Of the first peer's rate. */
  readonly ratio: number;
  /** Trajectories a second on the machine that the targets were set on, where they were set as a rate. */
  readonly rate?: number;
}

/** Of the first peer on the machine that the targets were set on: what a rate here comes to there. */
export const REFERENCE_RATE = 14_408;

export const ODEINT = (defines: readonly string[] = []): CppPeer => ({
  name: "Boost.odeint Dormand-Prince",
  source: "odeint.cpp",
  libraries: [],
  defines,
  needs: { header: "boost/numeric/odeint.hpp", from: "Boost", package: "libboost-dev" },
});

export const CVODE = (defines: readonly string[] = []): CppPeer => ({
  name: "SUNDIALS CVODE BDF",
  source: "cvode.cpp",
  libraries: [
    "-lsundials_cvode",
    "-lsundials_nvecserial",
    "-lsundials_sunmatrixdense",
    "-lsundials_sunlinsoldense",
  ],
  defines,
  needs: { header: "cvode/cvode.h", from: "SUNDIALS", package: "libsundials-dev" },
});

const scipy = (method: ScipyPeer["scipy"], trajectories: number): ScipyPeer => ({
  name: `scipy ${method}`,
  scipy: method,
  trajectories,
});

export const ENTRIES: readonly Entry[] = [
  {
    problem: "cho8",
    peers: [
      { name: "C++ Dormand-Prince, scalar", source: "dp5.cpp", libraries: [] },
      ODEINT(),
      CVODE(),
      scipy("RK45", 20),
      scipy("LSODA", 20),
    ],
    cashKarp: 1000,
    targets: [
      { name: "helix javascript", ratio: 0.9 },
      { name: "helix webassembly", ratio: 1.5 },
    ],
  },
  {
    problem: "cho-do11",
    peers: [
      { name: "C++ Rodas4, scalar, generated step", source: "rodas4.cpp", libraries: [] },
      ODEINT(["OXYGEN"]),
      CVODE(["OXYGEN"]),
      scipy("LSODA", 10),
      scipy("Radau", 5),
    ],
    cashKarp: 10,
    targets: [
      { name: "helix javascript", ratio: 0.7, rate: 10_000 },
      { name: "helix webassembly", ratio: 1.35, rate: 20_000 },
    ],
  },
];
