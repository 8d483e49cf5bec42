// The lines of goals: a figure, the limit's figure, the ratio, the goal, and `ok` or `short`.
const number = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

export const median = (numbers) => {
    const sorted = [...numbers].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/// How far apart rounds were: the widest distance from the median, as a share of it.
const spread = (numbers) => Math.max(...numbers.map((one) => Math.abs(one / median(numbers) - 1)));

const print = (name, figure, limit, ratio, goal, reached) =>
    console.log(`${name.padEnd(34)} ${figure.padStart(14)} ${limit.padEnd(28)} ${ratio.padStart(6)}  ${goal.padEnd(7)} ${reached ? 'ok' : 'short'}`);

/// A figure against a goal of its own.
export const line = (name, figure, goal, {below = false} = {}) =>
    print(name, number(figure), '', '', `${below ? '<' : '>='} ${goal}`, below ? figure < goal : figure >= goal);

/// Measures ours and the limit's by turns; the ratio of the medians against the goal.
export const compare = async (name, limit_name, goal, rounds, ours, limits, {below = false} = {}) => {
    const [figures, limit] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
        figures.push(await ours());
        limit.push(await limits());
    }
    const ratio = median(figures) / median(limit);
    const with_spread = (of) => `${number(median(of))} ±${(spread(of) * 100).toFixed(0)}%`;
    print(name, with_spread(figures), `${limit_name} ${with_spread(limit)}`, ratio.toFixed(2), `${below ? '<=' : '>='} ${goal}`, below ? ratio <= goal : ratio >= goal);
};
