// The meters for Python: loudness energies per 10 ms, and true peak.
#include <algorithm>
#include <vector>

#include "bind.hpp"
#include "checks.hpp"
#include "loudness.hpp"
#include "true_peak.hpp"

namespace mixwright {

using namespace nb::literals;

namespace {

class PyLoudnessMeter {
 public:
  PyLoudnessMeter(double sample_rate, int channels) : channels_(channels) {
    check_format(sample_rate, channels);
    meter_.prepare(sample_rate);
  }

  void process(const AudioIn& audio) {
    check_channels("audio", audio.shape(0), channels_);
    const float* left = audio.data();
    const float* right = channels_ == 2 ? left + audio.shape(1) : nullptr;
    const int64_t frames = static_cast<int64_t>(audio.shape(1));
    nb::gil_scoped_release release;
    meter_.process(left, right, frames, [this](double energy) { energies_.push_back(energy); });
  }

  nb::ndarray<nb::numpy, double, nb::ndim<2>> energies() const {
    auto array = new_array<double>(1, energies_.size());
    std::copy(energies_.begin(), energies_.end(), array.data());
    return array;
  }

  void reset() {
    meter_.reset();
    energies_.clear();
  }

 private:
  int channels_;
  LoudnessMeter meter_;
  std::vector<double> energies_;
};

class PyTruePeakMeter {
 public:
  PyTruePeakMeter(double sample_rate, int channels) {
    check_format(sample_rate, channels);
    meters_.resize(static_cast<size_t>(channels));
    for (TruePeakMeter& meter : meters_) meter.prepare(sample_rate);
  }

  void process(const AudioIn& audio) {
    check_channels("audio", audio.shape(0), static_cast<int>(meters_.size()));
    const float* data = audio.data();
    const size_t frames = audio.shape(1);
    nb::gil_scoped_release release;
    for (size_t c = 0; c < meters_.size(); ++c) {
      meters_[c].process(data + c * frames, static_cast<int64_t>(frames));
    }
  }

  float peak() const {
    float peak = 0.0f;
    for (const TruePeakMeter& meter : meters_) peak = maximum(peak, meter.peak());
    return peak;
  }

  void reset() {
    for (TruePeakMeter& meter : meters_) meter.reset();
  }

 private:
  std::vector<TruePeakMeter> meters_;
};

}  // namespace

void bind_meters(nb::module_& m) {
  nb::class_<PyLoudnessMeter>(m, "LoudnessMeter")
      .def(nb::init<double, int>(), "sample_rate"_a, "channels"_a)
      .def("process", &PyLoudnessMeter::process, "audio"_a.noconvert())
      .def("energies", &PyLoudnessMeter::energies)
      .def("reset", &PyLoudnessMeter::reset);
  nb::class_<PyTruePeakMeter>(m, "TruePeakMeter")
      .def(nb::init<double, int>(), "sample_rate"_a, "channels"_a)
      .def("process", &PyTruePeakMeter::process, "audio"_a.noconvert())
      .def_prop_ro("peak", &PyTruePeakMeter::peak)
      .def("reset", &PyTruePeakMeter::reset);
}

}  // namespace mixwright
