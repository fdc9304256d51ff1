/** What a campaign takes where nothing is said. Apart, since `--help` tells it without loading the bench. */
export const DEFAULT_SEEDS = 40;
export const DEFAULT_SHRINK_RUNS = 150;
