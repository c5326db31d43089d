// The balance stage for Python, and the two parts of it that can be asked without rendering.
#include "chain.hpp"

#include <nanobind/stl/vector.h>

#include <string>
#include <vector>

#include "bind.hpp"
#include "checks.hpp"
#include "voicing.hpp"

namespace mixwright {

using namespace nb::literals;

namespace {

using Numbers = std::vector<double>;
using Values = nb::ndarray<const double, nb::shape<-1, -1>, nb::c_contig, nb::device::cpu>;
using Frames = nb::ndarray<const int64_t, nb::shape<-1>, nb::c_contig, nb::device::cpu>;

class PyChain {
 public:
  PyChain(double sample_rate, int channels) : channels_(channels) {
    check_format(sample_rate, channels);
    chain_.prepare(sample_rate, channels);
  }

  void set_parameters(const Numbers& values) {
    check_count("parameters", values.size(), kParameterCount);
    for (int p = 0; p < kParameterCount; ++p) chain_.set_parameter(p, values[static_cast<size_t>(p)]);
  }

  Numbers parameters() const {
    Numbers values;
    for (int p = 0; p < kParameterCount; ++p) values.push_back(chain_.parameter(p));
    return values;
  }

  void set_voicing(const Numbers& voicing) {
    check_count("voicing", voicing.size(), kVoicingCount);
    chain_.set_voicing(voicing.data());
  }

  void set_programme_lufs(double lufs) { chain_.set_programme_lufs(lufs); }
  void set_tempo_bpm(double bpm) { chain_.set_tempo_bpm(bpm); }
  void set_makeup_trim_db(double db) { chain_.set_makeup_trim_db(db); }

  void set_trajectory(const Frames& frames, const Values& values) {
    if (values.shape(0) != frames.shape(0))
      throw nb::value_error("a trajectory needs one row of values a frame");
    if (frames.shape(0) > 0) check_count("a row of values", values.shape(1), kParameterCount);
    for (size_t i = 1; i < frames.shape(0); ++i) {
      if (frames.data()[i] <= frames.data()[i - 1]) throw nb::value_error("frames must ascend");
    }
    chain_.set_trajectory(frames.data(), values.data(), frames.shape(0));
  }

  void process(const AudioIn& input, const AudioOut& output) {
    check_channels("input", input.shape(0), channels_);
    check_channels("output", output.shape(0), channels_);
    check_frames("output", output.shape(1), input.shape(1));
    const float* in[2] = {};
    float* out[2] = {};
    for (int c = 0; c < channels_; ++c) {
      in[c] = input.data() + static_cast<size_t>(c) * input.shape(1);
      out[c] = output.data() + static_cast<size_t>(c) * output.shape(1);
    }
    const int64_t frames = static_cast<int64_t>(input.shape(1));
    nb::gil_scoped_release release;
    chain_.process(in, out, frames);
  }

  void reset() { chain_.reset(); }
  int latency() const { return chain_.latency(); }
  double gain_reduction_db() const { return chain_.gain_reduction_db(); }

 private:
  int channels_;
  Chain chain_;
};

// Gain of the four bands, (4, frequencies) in dB: low, mid, high, presence.
nb::ndarray<nb::numpy, double, nb::ndim<2>> equalizer_gain_db(const Numbers& parameters,
                                                              const Numbers& voicing, double sample_rate,
                                                              const Numbers& frequencies) {
  check_count("parameters", parameters.size(), kParameterCount);
  check_count("voicing", voicing.size(), kVoicingCount);
  const Equalizer::Settings settings = Chain::equalizer_settings(voicing.data());
  const double gains[Equalizer::kBands] = {parameters[k_low_eq], parameters[k_mid_eq], parameters[k_high_eq],
                                           Chain::presence_db(parameters[k_presence])};
  auto result = new_array<double>(Equalizer::kBands, frequencies.size());
  for (size_t k = 0; k < Equalizer::kBands; ++k) {
    if (gains[k] == 0.0) continue;
    const Biquad f = Equalizer::design(static_cast<Equalizer::Band>(k), gains[k], settings, sample_rate);
    for (size_t i = 0; i < frequencies.size(); ++i) {
      const double power = magnitude_squared(f, frequencies[i], sample_rate);
      result.data()[k * frequencies.size() + i] = gain_to_db(power) / 2;
    }
  }
  return result;
}

// The compressor's reduction in dB, (1, n), for peaks (1, n) of `rate` hops a second: the same code as in the
// chain, run on an envelope instead of on samples.
nb::ndarray<nb::numpy, float, nb::ndim<2>> compressor_reduction_db(const AudioIn& peaks, double rate,
                                                                   double ratio, double programme_lufs,
                                                                   const Numbers& voicing) {
  check_count("voicing", voicing.size(), kVoicingCount);
  Compressor compressor;
  compressor.prepare(rate * kTick);
  compressor.set(Chain::compressor_settings(voicing.data(), programme_lufs));
  auto result = new_array<float>(1, peaks.shape(1));
  for (size_t i = 0; i < peaks.shape(1); ++i) {
    float l = peaks.data()[i], r = 0;
    compressor.process(&l, &r, 1, 0);
    compressor.tick(ratio);
    result.data()[i] = compressor.reduction_db();
  }
  return result;
}

double makeup_db(double ratio, double programme_lufs, const Numbers& voicing) {
  check_count("voicing", voicing.size(), kVoicingCount);
  return Compressor::makeup_db(ratio, Chain::compressor_settings(voicing.data(), programme_lufs));
}

Numbers blended_voicing(const Numbers& weights) {
  check_count("weights", weights.size(), kGenreCount);
  Numbers voicing(kVoicingCount);
  blend_voicing(weights.data(), voicing.data());
  return voicing;
}

}  // namespace

void bind_chain(nb::module_& m) {
  nb::class_<PyChain>(m, "Chain")
      .def(nb::init<double, int>(), "sample_rate"_a, "channels"_a)
      .def("set_parameters", &PyChain::set_parameters, "values"_a)
      .def_prop_ro("parameters", &PyChain::parameters)
      .def("set_voicing", &PyChain::set_voicing, "voicing"_a)
      .def("set_programme_lufs", &PyChain::set_programme_lufs, "lufs"_a)
      .def("set_tempo_bpm", &PyChain::set_tempo_bpm, "bpm"_a)
      .def("set_makeup_trim_db", &PyChain::set_makeup_trim_db, "db"_a)
      .def("set_trajectory", &PyChain::set_trajectory, "frames"_a, "values"_a)
      .def("process", &PyChain::process, "input"_a.noconvert(), "output"_a.noconvert())
      .def("reset", &PyChain::reset)
      .def_prop_ro("latency", &PyChain::latency)
      .def_prop_ro("gain_reduction_db", &PyChain::gain_reduction_db);
  m.def(
      "on_grid",
      [](int parameter, double value) {
        if (parameter < 0 || parameter >= kParameterCount) throw nb::index_error("no such parameter");
        return on_grid(parameter, value);
      },
      "parameter"_a, "value"_a);
  m.def("equalizer_gain_db", &equalizer_gain_db, "parameters"_a, "voicing"_a, "sample_rate"_a,
        "frequencies"_a);
  m.def("compressor_reduction_db", &compressor_reduction_db, "peaks"_a.noconvert(), "rate"_a, "ratio"_a,
        "programme_lufs"_a, "voicing"_a);
  m.def("blend_voicing", &blended_voicing, "weights"_a);
  m.def("makeup_db", &makeup_db, "ratio"_a, "programme_lufs"_a, "voicing"_a);
  m.def("compressor_curve_db", &Compressor::curve_db, "level_dbfs"_a, "ratio"_a, "threshold_dbfs"_a,
        "knee_db"_a);
}

}  // namespace mixwright
