"""scipy's solvers on the problems of the board, over the same pipe as the C++ peers (peer.h).

Arguments: the method of solve_ivp, "plain" or "oxygen". Equations: twins/library/cho-fed-batch.twin and
cho-fed-batch-oxygen.twin, typed again.
"""
import struct
import sys
import time

import numpy as np
from scipy.integrate import solve_ivp


def plain(p, feed, y):
    V, Xv, Xd, Glc, Gln, Lac, Amm, mAb = y[:8]
    D = feed * p[21] / V
    saturation = Glc / (p[2] + Glc)
    mu = p[0] * saturation * Gln / (p[3] + Gln) * p[4] / (p[4] + Lac) * p[5] / (p[5] + Amm)
    death = p[1] * Lac / (p[6] + Lac) * Amm / (p[7] + Amm)
    glucose = mu / p[8] + p[13] * saturation
    for_growth = mu / p[9]
    glutamine = for_growth + p[14] * Gln / (p[15] + Gln)
    return [
        D * V,
        (mu - death - D) * Xv,
        death * Xv - (p[18] + D) * Xd,
        D * (p[19] - Glc) - glucose * Xv,
        D * (p[20] - Gln) - glutamine * Xv - p[16] * Gln,
        p[10] * glucose * Xv - D * Lac,
        p[11] * for_growth * Xv + p[16] * Gln - p[12] * Xv * Amm / (p[23] + Amm) - D * Amm,
        p[17] * Xv - D * mAb,
    ]


def oxygen(p, feed, y):
    rates = plain(p, feed, y)
    V, Xv, O2, DOm, I = y[0], y[1], y[8], y[9], y[10]
    kLa, O_pure, O_air, q_O2, K_O2, tau, DO_set, y_base, K_p, T_i, span = p[24:35]
    error = (DO_set - DOm) / span
    gas = y_base + K_p * error + I
    uptake = q_O2 * Xv * O2 / (K_O2 + O2)
    rates.append(kLa * (O_pure * gas - O2) - uptake - feed * p[21] / V * O2)
    rates.append((O2 * span / O_air - DOm) / (tau / 3600))
    rates.append(error * K_p / T_i)
    return rates


def solve(method, model, p, ends, inputs, rtol, atol):
    y = [1.5, p[22], 0.01, 35, 4, 0.2, 0.5, 0] + ([0.0894, 40, 0.04] if model is oxygen else [])
    start, steps = 0.0, 0
    for end, feed in zip(ends, inputs):
        result = solve_ivp(lambda _, x: model(p, feed, x), (start, end), y, method=method, rtol=rtol, atol=atol)
        if not result.success:
            raise RuntimeError(result.message)
        y, start = result.y[:, -1], end
        steps += result.t.size - 1
    return y, steps


def main():
    method, model = sys.argv[1], {"plain": plain, "oxygen": oxygen}[sys.argv[2]]
    pipe = sys.stdin.buffer
    count, parameters, segments = struct.unpack("<3i", pipe.read(12))
    rtol, atol = struct.unpack("<2d", pipe.read(16))
    rows = np.frombuffer(pipe.read(8 * count * parameters)).reshape(count, parameters)
    ends = np.frombuffer(pipe.read(8 * segments)).tolist()
    inputs = np.frombuffer(pipe.read(8 * segments)).tolist()
    finals = []
    while pipe.readline() == b"go\n":
        start = time.process_time()
        solved = [solve(method, model, row.tolist(), ends, inputs, rtol, atol) for row in rows]
        finals = [y for y, _ in solved]
        print(f"{time.process_time() - start:.9f} {sum(s for _, s in solved)} 0", flush=True)
    sys.stdout.buffer.write(np.array(finals).tobytes())


main()
