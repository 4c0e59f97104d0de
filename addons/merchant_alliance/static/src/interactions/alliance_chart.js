/* global Chart */

import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const COLORS = ["#2f855a", "#d69e2e", "#2b6cb0", "#c05621", "#6b46c1"];

/** Draws what the page says in data-chart; the table below it says the same. */
export class AllianceChart extends Interaction {
    static selector = ".o_alliance_chart";

    setup() {
        this.data = JSON.parse(this.el.dataset.chart);
    }

    async willStart() {
        await loadBundle("web.chartjs_lib");
    }

    start() {
        this.el.classList.remove("d-none");
        const chart = new Chart(this.el.querySelector("canvas"), this.getConfig());
        this.registerCleanup(() => chart.destroy());
    }

    getConfig() {
        const { kind, labels, series } = this.data;
        const round = kind === "doughnut";
        return {
            type: kind,
            data: { labels, datasets: series.map((one, index) => this.getDataset(one, index, round)) },
            options: {
                animation: false,
                maintainAspectRatio: false,
                scales: round
                    ? {}
                    : { x: { ticks: this.getTicks(labels, series) }, y: { beginAtZero: true } },
                plugins: {
                    legend: { display: round || series.length > 1, position: "bottom" },
                    tooltip: {
                        callbacks: {
                            label: ({ datasetIndex, dataIndex }) =>
                                `${series[datasetIndex].label}: ${series[datasetIndex].texts[dataIndex]}`,
                        },
                    },
                },
            },
        };
    }

    /** A few names are all shown, aslant where there is no room; of many days some. */
    getTicks(labels, series) {
        const names = labels.length <= 8 && !series.some((one) => one.line);
        return names ? { autoSkip: false, maxRotation: 60 } : { maxTicksLimit: 8, maxRotation: 0 };
    }

    getDataset(one, index, round) {
        const color = COLORS[index % COLORS.length];
        return {
            label: one.label,
            data: one.values,
            backgroundColor: round ? COLORS : color,
            borderColor: round ? "#fff" : color,
            ...(one.line ? { type: "line", pointRadius: 0, borderWidth: 2, tension: 0 } : {}),
        };
    }
}

registry.category("public.interactions").add("merchant_alliance.chart", AllianceChart);
