// The console's parts for Python: the channel strip, and the returns that the strips send to.
#include <nanobind/stl/vector.h>

#include <vector>

#include "bind.hpp"
#include "checks.hpp"
#include "returns.hpp"
#include "strip.hpp"

namespace mixwright {

using namespace nb::literals;

namespace {

using Numbers = std::vector<double>;

// Rows of an array as the pointers that the core takes.
template <typename T, typename Array>
void rows(const Array& array, T* (&out)[2]) {
  for (size_t c = 0; c < array.shape(0) && c < 2; ++c) out[c] = array.data() + c * array.shape(1);
}

class PyStrip {
 public:
  PyStrip(double sample_rate, int channels) : channels_(channels) {
    check_format(sample_rate, channels);
    strip_.prepare(sample_rate, channels);
  }

  void set_parameters(const Numbers& values) {
    check_count("parameters", values.size(), kStripCount);
    for (int p = 0; p < kStripCount; ++p) strip_.set_parameter(p, values[static_cast<size_t>(p)]);
  }

  Numbers parameters() const {
    Numbers values;
    for (int p = 0; p < kStripCount; ++p) values.push_back(strip_.parameter(p));
    return values;
  }

  void set_voicing(const Numbers& voicing) {
    check_count("voicing", voicing.size(), kStripVoicingCount);
    strip_.set_voicing(voicing.data());
  }

  void set_programme_lufs(double lufs) { strip_.set_programme_lufs(lufs); }

  void process(const AudioIn& input, const AudioOut& output, const AudioOut& reverb, const AudioOut& delay) {
    check_channels("input", input.shape(0), channels_);
    const AudioOut* outs[3] = {&output, &reverb, &delay};
    const char* names[3] = {"output", "reverb", "delay"};
    for (int k = 0; k < 3; ++k) {
      check_channels(names[k], outs[k]->shape(0), 2);
      check_frames(names[k], outs[k]->shape(1), input.shape(1));
    }
    const float* in[2] = {};
    float *out[2] = {}, *to_reverb[2] = {}, *to_delay[2] = {};
    rows(input, in);
    rows(output, out);
    rows(reverb, to_reverb);
    rows(delay, to_delay);
    const int64_t frames = static_cast<int64_t>(input.shape(1));
    nb::gil_scoped_release release;
    strip_.process(in, out, to_reverb, to_delay, frames);
  }

  void reset() { strip_.reset(); }
  double gain_reduction_db() const { return strip_.gain_reduction_db(); }

 private:
  int channels_;
  Strip strip_;
};

class PyReturns {
 public:
  explicit PyReturns(double sample_rate) {
    check_format(sample_rate, 2);
    returns_.prepare(sample_rate);
  }

  void set(const Numbers& voicing, double tempo_bpm) {
    check_count("voicing", voicing.size(), kVoicingCount);
    returns_.set(voicing.data(), tempo_bpm);
  }

  void process(const AudioIn& reverb, const AudioIn& delay, const AudioOut& output) {
    check_channels("reverb", reverb.shape(0), 2);
    check_channels("delay", delay.shape(0), 2);
    check_channels("output", output.shape(0), 2);
    check_frames("delay", delay.shape(1), reverb.shape(1));
    check_frames("output", output.shape(1), reverb.shape(1));
    const float *to_reverb[2] = {}, *to_delay[2] = {};
    float* out[2] = {};
    rows(reverb, to_reverb);
    rows(delay, to_delay);
    rows(output, out);
    const int64_t frames = static_cast<int64_t>(reverb.shape(1));
    nb::gil_scoped_release release;
    returns_.process(to_reverb, to_delay, out, frames);
  }

  void reset() { returns_.reset(); }

 private:
  Returns returns_;
};

}  // namespace

void bind_console(nb::module_& m) {
  nb::class_<PyStrip>(m, "Strip")
      .def(nb::init<double, int>(), "sample_rate"_a, "channels"_a)
      .def("set_parameters", &PyStrip::set_parameters, "values"_a)
      .def_prop_ro("parameters", &PyStrip::parameters)
      .def("set_voicing", &PyStrip::set_voicing, "voicing"_a)
      .def("set_programme_lufs", &PyStrip::set_programme_lufs, "lufs"_a)
      .def("process", &PyStrip::process, "input"_a.noconvert(), "output"_a.noconvert(),
           "reverb"_a.noconvert(), "delay"_a.noconvert())
      .def("reset", &PyStrip::reset)
      .def_prop_ro("gain_reduction_db", &PyStrip::gain_reduction_db);
  nb::class_<PyReturns>(m, "Returns")
      .def(nb::init<double>(), "sample_rate"_a)
      .def("set", &PyReturns::set, "voicing"_a, "tempo_bpm"_a)
      .def("process", &PyReturns::process, "reverb"_a.noconvert(), "delay"_a.noconvert(),
           "output"_a.noconvert())
      .def("reset", &PyReturns::reset);
}

}  // namespace mixwright
