// The delivery stage for Python.
#include "delivery.hpp"

#include "bind.hpp"
#include "checks.hpp"

namespace mixwright {

using namespace nb::literals;

namespace {

class PyDelivery {
 public:
  PyDelivery(double sample_rate, int channels) : channels_(channels) {
    check_format(sample_rate, channels);
    delivery_.prepare(sample_rate, channels);
  }

  void set(double gain_db, double ceiling_dbtp) {
    check_range("gain_db", gain_db, Delivery::kMinGainDb, Delivery::kMaxGainDb, "dB");
    check_range("ceiling_dbtp", ceiling_dbtp, Delivery::kMinCeilingDbtp, Delivery::kMaxCeilingDbtp, "dBTP");
    delivery_.set(gain_db, ceiling_dbtp);
  }

  void process(const AudioIn& input, const AudioOut& output) {
    check_channels("input", input.shape(0), channels_);
    check_channels("output", output.shape(0), channels_);
    check_frames("output", output.shape(1), input.shape(1));
    const float* in[Limiter::kMostChannels] = {};
    float* out[Limiter::kMostChannels] = {};
    for (int c = 0; c < channels_; ++c) {
      in[c] = input.data() + static_cast<size_t>(c) * input.shape(1);
      out[c] = output.data() + static_cast<size_t>(c) * output.shape(1);
    }
    const int64_t frames = static_cast<int64_t>(input.shape(1));
    nb::gil_scoped_release release;
    delivery_.process(in, out, frames);
  }

  void reset() { delivery_.reset(); }
  int latency() const { return delivery_.latency(); }
  double gain_reduction_db() const { return delivery_.gain_reduction_db(); }

 private:
  int channels_;
  Delivery delivery_;
};

}  // namespace

void bind_delivery(nb::module_& m) {
  nb::class_<PyDelivery>(m, "Delivery")
      .def(nb::init<double, int>(), "sample_rate"_a, "channels"_a)
      .def("set", &PyDelivery::set, "gain_db"_a, "ceiling_dbtp"_a)
      .def("process", &PyDelivery::process, "input"_a.noconvert(), "output"_a.noconvert())
      .def("reset", &PyDelivery::reset)
      .def_prop_ro("latency", &PyDelivery::latency)
      .def_prop_ro("gain_reduction_db", &PyDelivery::gain_reduction_db);
}

}  // namespace mixwright
