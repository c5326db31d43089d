// The JACK client for Python, which only sets it and reads its meters: the audio never comes here.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>

#include <string>
#include <utility>

#include "bind.hpp"
#include "checks.hpp"
#include "live/client.hpp"

namespace mixwright {

using namespace nb::literals;

namespace {

using Sides = std::pair<double, double>;
using Unlocked = nb::call_guard<nb::gil_scoped_release>;

int control_named(const std::string& name) {
  for (int c = 0; c < kControlCount; ++c) {
    if (name == kControls[c].name) return c;
  }
  throw std::invalid_argument("control=" + name + " must be one of the plugin's controls");
}

void set_control(LiveClient& client, const std::string& name, double value) {
  const int control = control_named(name);
  const ControlInfo& info = kControls[control];
  check_range(info.name, value, info.low, info.high, info.unit);
  client.set(control, value);
}

Sides sides(const double* values) { return {values[0], values[1]}; }

}  // namespace

void bind_live(nb::module_& m) {
  nb::class_<LiveReading>(m, "LiveReading")
      .def_prop_ro("input_peak_dbfs", [](const LiveReading& r) { return sides(r.input_peak_dbfs); })
      .def_prop_ro("output_peak_dbfs", [](const LiveReading& r) { return sides(r.output_peak_dbfs); })
      .def_ro("gain_reduction_db", &LiveReading::gain_reduction_db)
      .def_ro("momentary_lufs", &LiveReading::momentary_lufs);
  nb::class_<LiveClient>(m, "LiveClient")
      .def(nb::init<const std::string&, const std::string&, const std::string&>(), "name"_a = "mixwright",
           "server"_a = "", "library"_a = "", Unlocked())
      .def("start", &LiveClient::start, Unlocked())
      .def("connect_physical", &LiveClient::connect_physical, Unlocked())
      .def("set", &set_control, "control"_a, "value"_a)
      .def(
          "value",
          [](const LiveClient& client, const std::string& name) { return client.value(control_named(name)); },
          "control"_a)
      .def("load_state", &LiveClient::load_state, "text"_a, Unlocked())
      .def("state", &LiveClient::state, Unlocked())
      .def("meters", &LiveClient::meters)
      .def("close", &LiveClient::close, Unlocked())
      .def_prop_ro("name", &LiveClient::name)
      .def_prop_ro("sample_rate", &LiveClient::sample_rate)
      .def_prop_ro("buffer_size", &LiveClient::buffer_size)
      .def_prop_ro("xruns", &LiveClient::xruns)
      .def_prop_ro("running", &LiveClient::running)
      .def_prop_ro("lost", &LiveClient::lost);
}

}  // namespace mixwright
