// The registry over prometheus-cpp.
#include "common/metrics/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <utility>

namespace frontrow::metrics {
namespace {

prometheus::Histogram::BucketBoundaries seconds_from_100us_to_10s() {
    return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
            0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
}

}  // namespace

struct Registry::State {
    prometheus::Registry registry;
    std::mutex mutex;
    std::vector<std::function<void()>> refreshers;
};

void Counter::add(double by) {
    static_cast<prometheus::Counter*>(counter_)->Increment(by);
}

void Gauge::set(double value) {
    static_cast<prometheus::Gauge*>(gauge_)->Set(value);
}

void Histogram::observe(double value) {
    static_cast<prometheus::Histogram*>(histogram_)->Observe(value);
}

Registry::Registry() : state_{std::make_unique<State>()} {}

Registry::~Registry() = default;

Counter Registry::counter(std::string const& name, std::string const& help, Labels const& labels) {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
    return Counter{&family.Add(labels)};
}

Gauge Registry::gauge(std::string const& name, std::string const& help, Labels const& labels) {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
    return Gauge{&family.Add(labels)};
}

Histogram Registry::histogram(std::string const& name, std::string const& help,
                              Labels const& labels, std::vector<double> const& buckets) {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
    auto const bounds = buckets.empty() ? seconds_from_100us_to_10s() : buckets;
    return Histogram{&family.Add(labels, bounds)};
}

void Registry::on_scrape(std::function<void()> refresh) {
    auto const guard = std::scoped_lock{state_->mutex};
    state_->refreshers.push_back(std::move(refresh));
}

std::string Registry::text() const {
    auto refreshers = std::vector<std::function<void()>>{};
    {
        auto const guard = std::scoped_lock{state_->mutex};
        refreshers = state_->refreshers;  // a refresher may ask this registry for an instrument
    }
    for (auto const& refresh : refreshers) {
        refresh();
    }
    return prometheus::TextSerializer{}.Serialize(state_->registry.Collect());
}

}  // namespace frontrow::metrics
