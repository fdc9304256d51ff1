/** Five minutes of a fed-batch with a command every minute, for a driver that is named. */
export const plantedScenario = (driver: string) =>
  `
scenario: planted
title: Five minutes with commands
covers: []
seed: 1
begin: 72 h
duration: 5 min
plant:
  twin: cho-fed-batch
  instruments:
    brx-07: { simulator: sartorius-biostat, driver: ${driver}, protocol: opcua, sample: 5 s }
schedule:
  - { at: 72 h + 45 s, command: { set: brx-07.temperature, to: 36.8 Cel, rationale: test } }
  - { at: 72 h + 105 s, command: { set: brx-07.temperature, to: 36.6 Cel, rationale: test } }
  - { at: 72 h + 165 s, command: { set: brx-07.temperature, to: 36.4 Cel, rationale: test } }
expect:
  - { always: every-gap-is-recorded }
  - { always: setpoint-agrees-with-plant }
  - { at: end, ledger: clean }
`.trimStart();
