// SPDX-License-Identifier: Apache-2.0
#include "diagnose_watch.hpp"

#include <algorithm>
#include <set>

#include "hash.hpp"
#include "parallel.hpp"
#include "tsu/driver.hpp"
#include "tsu/interrupt.hpp"

namespace tsu::diagnose {
namespace {

constexpr int kLags = 64;  // about so many instants for autocorrelations

class LayerWatch {
 public:
  LayerWatch(Device& device, const Model& model, const DiagnoseOptions& options, int layer)
      : device_(device),
        model_(model),
        o_(options),
        layer_(layer),
        sites_(model.site_class.size()),
        total_(options.chains * options.conditionings),
        seed_(Hash(options.seed, static_cast<std::uint64_t>(layer))) {
    Shape shape = model.shape(total_);
    shape.layers = 1;
    geometry_ = device.Configure(shape);
    CheckFields(device, model, geometry_.table_bits);
    lanes_ = geometry_.chains();
    betas_ = Betas(model, layer, layer);
    device.LoadSites({model.site_class, Plane(sites_, 0)});
    device.LoadLayer(0, Expand(model, layer));
    for (std::size_t t = 0; t < betas_.size(); ++t)
      device.LoadTable(static_cast<int>(t), MakeTable(betas_[t], geometry_.table_bits));
  }

  // inputs: [conditioning][pixel].
  Trace Watch(const Plane& inputs, const Instants& instants) {
    Plane conditioning(total_ * sites_, 0), start = Random(Hash(seed_, 1));
    for (int c = 0; c < total_; ++c)
      for (std::size_t p = 0; p < model_.visible.size(); ++p)
        conditioning[c * sites_ + model_.visible[p]] = inputs[c / o_.chains * model_.visible.size() + p];

    std::vector<Leg> deployed;
    for (const Segment& s : model_.layers[layer_].schedule) deployed.push_back({s.beta, s.sweeps, false});
    deployed.back().emit = true;
    Plane ended(start.size());
    Play(deployed, start, conditioning, Hash(seed_, 2), [&](const Emission& e, int, int first, int count) {
      std::copy_n(e.bits.begin(), count * sites_, ended.begin() + static_cast<std::ptrdiff_t>(first * sites_));
    });
    start = Random(Hash(seed_, 3));
    for (int c = 0; c < total_; ++c) {
      if (c % o_.chains % 2 == 0) continue;
      const int other = (c / o_.chains + 1 + c % o_.chains / 2 % (o_.conditionings - 1)) % o_.conditionings;
      std::copy_n(ended.begin() + static_cast<std::ptrdiff_t>((other * o_.chains + c % o_.chains) * sites_), sites_,
                  start.begin() + static_cast<std::ptrdiff_t>(c * sites_));
    }

    std::vector<Leg> legs;
    for (std::size_t i = 0; i < instants.all.size(); ++i)
      legs.push_back(
          {model_.layers[layer_].schedule.back().beta, instants.all[i] - (i ? instants.all[i - 1] : 0), true});
    Trace trace{total_, static_cast<int>(instants.all.size()), {}};
    trace.values.resize(static_cast<std::size_t>(o_.projections + 1) * total_ * instants.all.size());
    Play(legs, start, conditioning, Hash(seed_, 4), [&](const Emission& e, int instant, int first, int count) {
      Take(e, conditioning, instant, first, count, trace);
    });
    return trace;
  }

 private:
  struct Leg {
    double beta;
    int sweeps;
    bool emit;
  };

  Plane Random(std::uint64_t seed) const {
    Plane bits(total_ * sites_);
    for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = Hash(seed, i) & 1;
    return bits;
  }

  // Runs the legs for all chains, as many at once as the device has, in programs that fit it; sink(emission, its
  // number, first chain, chains that count).
  template <typename Sink>
  void Play(const std::vector<Leg>& legs, const Plane& start, const Plane& conditioning, std::uint64_t seed,
            const Sink& sink) {
    for (int first = 0; first < total_; first += lanes_) {
      const int count = std::min(lanes_, total_ - first);
      const auto part = [&](const Plane& from) {
        Plane bits(lanes_ * sites_, 0);
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(first * sites_), count * sites_, bits.begin());
        return bits;
      };
      device_.LoadNoise(NoiseStreams(seed, first, lanes_, model_.cols / 2));
      device_.LoadSpins(part(start));
      device_.LoadConditioning(part(conditioning));
      int emission = 0;
      for (std::size_t leg = 0; leg < legs.size();) {
        CheckInterrupt("diagnose");
        Program program{Instruction(regs::kOpLayer, 0)};
        double beta = 0;  // none yet
        for (; leg < legs.size() && program.size() + 4 <= static_cast<std::size_t>(geometry_.program_words); ++leg) {
          if (legs[leg].beta != beta) {
            beta = legs[leg].beta;
            const auto table = std::find(betas_.begin(), betas_.end(), beta) - betas_.begin();
            program.push_back(Instruction(regs::kOpBeta, static_cast<std::uint32_t>(table)));
          }
          program.push_back(Instruction(regs::kOpSweep, static_cast<std::uint32_t>(legs[leg].sweeps)));
          if (legs[leg].emit) program.push_back(Instruction(regs::kOpEmit, 1));
        }
        program.push_back(Instruction(regs::kOpEnd));
        device_.Run(
            program, [&](const Emission& e) { sink(e, emission++, first, count); }, o_.deadline);
        if (o_.progress) {
          const double pass = (first + count * static_cast<double>(leg) / static_cast<double>(legs.size())) / total_;
          o_.progress((layer_ + pass) / static_cast<double>(model_.layers.size()));
        }
      }
    }
  }

  void Take(const Emission& e, const Plane& conditioning, int instant, int first, int count, Trace& trace) const {
    Plane visible;
    for (int c = 0; c < count; ++c)
      for (const std::int32_t site : model_.visible) visible.push_back(e.bits[c * sites_ + site]);
    const std::vector<double> projected = projections_.Of(visible);
    for (int p = 0; p < o_.projections; ++p)
      for (int c = 0; c < count; ++c)
        trace.At(p, first + c, instant) = projected[static_cast<std::size_t>(p) * count + c];
    Parallel(ThreadCount(0), count, [&](int c, int) {
      trace.At(o_.projections, first + c, instant) =
          static_cast<double>(energy_(&e.bits[c * sites_], &conditioning[(first + c) * sites_]));
    });
  }

  Device& device_;
  const Model& model_;
  const DiagnoseOptions& o_;
  int layer_;
  std::size_t sites_;
  int total_, lanes_ = 0;
  std::uint64_t seed_;
  Geometry geometry_;
  std::vector<double> betas_;
  LayerEnergy energy_{model_, layer_};
  Projections projections_{o_.projections, model_.visible.size(), Hash(seed_, 5)};
};

}  // namespace

Instants::Instants(const std::vector<int>& sweeps, int deployed) {
  const int end = std::max(sweeps.back(), 4 * deployed), begin = end / 2;
  for (int d = 1; d <= std::max(1, (end - begin) / kLags); ++d) {
    if (deployed % d == 0) stride = d;
  }
  const auto draw = [](int k, int i) {
    const int first = k / 2, count = std::min(kDraws, k - first);
    return i < count ? first + static_cast<int>(static_cast<std::int64_t>(k - first) * (i + 1) / count) : 0;
  };
  std::set<int> times;
  for (const int k : sweeps)
    for (int i = 0; draw(k, i); ++i) times.insert(draw(k, i));
  for (int t = begin; t <= end; t += stride) times.insert(t);
  all.assign(times.begin(), times.end());
  const auto index = [this](int t) {
    return static_cast<int>(std::lower_bound(all.begin(), all.end(), t) - all.begin());
  };
  for (const int k : sweeps) {
    windows.emplace_back();
    for (int i = 0; draw(k, i); ++i) windows.back().push_back(index(draw(k, i)));
  }
  for (int t = begin; t <= end; t += stride) even.push_back(index(t));
}

Trace Watch(Device& device, const Model& model, const DiagnoseOptions& options, int layer, const Plane& inputs,
            const Instants& instants) {
  return LayerWatch(device, model, options, layer).Watch(inputs, instants);
}

}  // namespace tsu::diagnose
