"""Figures for /metrics, gathered when they are asked for. Counts only: no names, no words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from qibot.outbox.service import Backlog

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Figures(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted. `answered` by (platform, what, end); `refused` by reason; `delivered` by end, this process."""

    now: datetime
    backlog: Backlog
    answered: Mapping[tuple[str, str, str], int]
    refused: Mapping[str, int]
    delivered: Mapping[str, int]


def exposition(given: Figures) -> bytes:
    """The figures in Prometheus' text format."""
    backlog = given.backlog
    answered = CounterMetricFamily(
        "qibot_incoming", "What people did, by kind and end", labels=["platform", "what", "end"]
    )
    for (platform, what, end), count in sorted(given.answered.items()):
        answered.add_metric([platform, what, end], count)
    figures: list[Metric] = [
        answered,
        GaugeMetricFamily("qibot_deliveries_due", "Deliveries due now and not yet claimed", backlog.due),
        GaugeMetricFamily("qibot_deliveries_in_flight", "Deliveries claimed and not yet settled", backlog.out),
        GaugeMetricFamily("qibot_deliveries_in_doubt", "Deliveries whose end is to be asked about", backlog.in_doubt),
    ]
    late = (given.now - backlog.oldest_due_at).total_seconds() if backlog.oldest_due_at else 0.0
    figures.append(
        GaugeMetricFamily("qibot_deliveries_oldest_due_seconds", "Age of the oldest due delivery", max(0.0, late))
    )
    figures.append(_by_label("qibot_refused", "Requests refused by a guard", "reason", given.refused))
    figures.append(_by_label("qibot_delivered", "Deliveries by end, this process", "end", given.delivered))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(figures))
    return generate_latest(registry)


def _by_label(name: str, about: str, label: str, counts: Mapping[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, about, labels=[label])
    for value, count in sorted(counts.items()):
        family.add_metric([value], count)
    return family
