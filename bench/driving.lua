-- An OSRM profile without opinions: every way is driven as fast as its two tags say, turns cost nothing.
api_version = 4

function setup()
  return {
    properties = {
      weight_name = "duration",
      max_speed_for_map_matching = 100,
      u_turn_penalty = 0,
      traffic_light_penalty = 0,
      continue_straight_at_waypoint = false,
      use_turn_restrictions = false,
      call_tagless_node_function = false,
    },
  }
end

function process_node(profile, node, result) end

function process_way(profile, way, result)
  local onward, back = tonumber(way:get_value_by_key("kmh:forward")), tonumber(way:get_value_by_key("kmh:backward"))
  if onward then
    result.forward_mode, result.forward_speed = mode.driving, onward
  end
  if back then
    result.backward_mode, result.backward_speed = mode.driving, back
  end
end

function process_turn(profile, turn)
  turn.duration, turn.weight = 0, 0
end

return { setup = setup, process_way = process_way, process_node = process_node, process_turn = process_turn }
