// The lines of goals: a figure, the limit's figure, the ratio, the goal, and `ok` or `short`. A goal
// that is missed on a busy machine is no failure; a wrong answer is, and ends the run.
const number = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

const median = (numbers) => {
    const sorted = [...numbers].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/// How far apart rounds were: the widest distance from the median, as a share of it.
const spread = (numbers) => Math.max(...numbers.map((one) => Math.abs(one / median(numbers) - 1)));
const with_spread = (of) => `${number(median(of))} ±${(spread(of) * 100).toFixed(0)}%`;

const print = (name, figure, limit, ratio, goal, reached) =>
    console.log(`${name.padEnd(40)} ${figure.padStart(14)}  ${limit.padEnd(34)} ${ratio.padStart(6)}  ${goal.padEnd(7)} ${reached ? 'ok' : 'short'}`);

export const head = () => console.log(`${'work'.padEnd(40)} ${'figure'.padStart(14)}  ${'limit'.padEnd(34)} ${'ratio'.padStart(6)}  ${'goal'.padEnd(7)}`);

/// Figures against a goal of their own; `unit` stands behind it.
export const line = (name, figures, goal, unit = '', {below = false} = {}) => {
    const figure = median([figures].flat());
    print(name, `${number(figure)}${unit && ` ${unit}`}`, '', '', `${below ? '<' : '>='} ${goal}`, below ? figure < goal : figure >= goal);
};

/// The ratio of the medians of two lists against the goal.
export const ratio = (name, figures, limit_name, limits, goal, {below = false} = {}) => {
    const reached = median(figures) / median(limits);
    print(name, with_spread(figures), `${limit_name} ${with_spread(limits)}`, reached.toFixed(2), `${below ? '<=' : '>='} ${goal}`, below ? reached <= goal : reached >= goal);
};

/// Measures ours and the limit's by turns, for `ratio`.
export const compare = async (name, limit_name, goal, rounds, ours, limits, how) => {
    const [figures, limit] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
        figures.push(await ours());
        limit.push(await limits());
    }
    ratio(name, figures, limit_name, limit, goal, how);
};
